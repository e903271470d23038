package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;

/// One served kind.
///
/// @param group empty for the core group
/// @param status whether it has the status subresource
/// @param definition a custom kind's version entry of its CustomResourceDefinition; missing for built-in kinds
record ResourceType(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        boolean namespaced,
        boolean status,
        List<String> shortNames,
        List<String> categories,
        JsonNode definition) {

    static ResourceType builtIn(String apiVersion, String kind, String plural, boolean namespaced, String shortNames) {
        int slash = apiVersion.indexOf('/');
        return new ResourceType(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                plural,
                kind.toLowerCase(java.util.Locale.ROOT),
                kind,
                namespaced,
                true,
                shortNames.isEmpty() ? List.of() : List.of(shortNames.split(",")),
                List.of(),
                MissingNode.getInstance());
    }

    boolean custom() {
        return !definition.isMissingNode();
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// As in messages and in the store: `plural.group`.
    String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    boolean scale() {
        return custom() ? definition.at("/subresources").has("scale") : kind.equals("StatefulSet");
    }

    String specReplicasPath() {
        return custom() ? pointer("specReplicasPath") : "/spec/replicas";
    }

    String statusReplicasPath() {
        return custom() ? pointer("statusReplicasPath") : "/status/replicas";
    }

    private String pointer(String field) {
        return definition.at("/subresources/scale/" + field).asText().replace('.', '/');
    }

    JsonNode schema() {
        return definition.at("/schema/openAPIV3Schema");
    }
}
