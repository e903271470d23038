package dev.quorate.crds;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The CRDs as the classes say, completed by what the generator has no words for: the order of columns, list types,
/// limits of the length of strings (without which CEL's cost estimate refuses our rules).
final class GeneratedDefinitions {
    private static final Map<String, String> LIST_KEYS =
            Map.of("conditions", "type", "members", "id", "observers", "name", "containers", "name");

    private static final Map<String, List<CustomResourceColumnDefinition>> COLUMNS = Map.of(
            "ensembles.quorate.dev",
            List.of(
                    column("Participants", "integer", ".status.participants.serving"),
                    column("Desired", "integer", ".status.participants.desired"),
                    column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
                    column("Quorum", "string", ".status.conditions[?(@.type==\"QuorumAvailable\")].status"),
                    column("Leader", "string", ".status.quorum.leader"),
                    column("Tolerates", "integer", ".status.quorum.faultTolerance"),
                    column("Version", "string", ".status.version.running"),
                    column("Age", "date", ".metadata.creationTimestamp"),
                    wide("Observers", "integer", ".status.observers.serving"),
                    wide("Epoch", "integer", ".status.quorum.epoch"),
                    wide("Operation", "string", ".status.operation.type"),
                    wide("Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason")),
            "ensemblebackups.quorate.dev",
            List.of(
                    column("Ensemble", "string", ".spec.ensembleRef.name"),
                    column("Phase", "string", ".status.phase"),
                    column("Zxid", "string", ".status.point.zxid"),
                    column("Taken", "date", ".status.completedAt"),
                    column("Size", "integer", ".status.contents.bytes"),
                    column("Age", "date", ".metadata.creationTimestamp"),
                    wide("Source", "string", ".status.source.member"),
                    wide("Claim", "string", ".spec.persistentVolumeClaim.claimName"),
                    wide("Stripped", "integer", ".status.contents.ephemeralsStripped"),
                    wide("Error", "string", ".status.error")),
            "ensemblerestores.quorate.dev",
            List.of(
                    column("Source", "string", ".spec.source.backupRef.name"),
                    column("Destination", "string", ".spec.destination.newEnsemble.name"),
                    column("Phase", "string", ".status.phase"),
                    column("Verified", "string", ".status.conditions[?(@.type==\"Verified\")].status"),
                    column("Age", "date", ".metadata.creationTimestamp"),
                    wide("Error", "string", ".status.error")));

    /// How Kubernetes writes amounts; the generator leaves them unchecked.
    private static final String QUANTITY = "^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[munkMGTPE]|[eE][+-]?[0-9]+)?$";

    private GeneratedDefinitions() {}

    /// File name to YAML, generated into `scratch`.
    static Map<String, String> yaml(Path scratch) {
        new CRDGenerator()
                .customResourceClasses(Ensemble.class, EnsembleBackup.class, EnsembleRestore.class)
                .forCRDVersions("v1")
                .inOutputDir(scratch.toFile())
                .generate();
        Map<String, String> files = new LinkedHashMap<>();
        for (String name : COLUMNS.keySet().stream().sorted().toList()) {
            files.put(name + ".yaml", Serialization.asYaml(completed(read(scratch.resolve(name + "-v1.yml")))));
        }
        return files;
    }

    private static CustomResourceDefinition read(Path file) {
        try {
            return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CustomResourceDefinition completed(CustomResourceDefinition crd) {
        crd.getMetadata().setAnnotations(null);
        crd.getSpec().getNames().setCategories(List.of("quorate"));
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
        version.setAdditionalPrinterColumns(
                COLUMNS.getOrDefault(crd.getMetadata().getName(), List.of()));
        complete(version.getSchema().getOpenAPIV3Schema());
        return crd;
    }

    private static void complete(JSONSchemaProps schema) {
        if ("string".equals(schema.getType()) && schema.getEnum().isEmpty() && schema.getMaxLength() == null) {
            schema.setMaxLength(4096L);
        }
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            schema.setPattern(QUANTITY);
        }
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> {
                String key = LIST_KEYS.get(name);
                if (key != null && "array".equals(property.getType())) {
                    property.setXKubernetesListType("map");
                    property.setXKubernetesListMapKeys(List.of(key));
                    requireKey(property.getItems().getSchema(), key);
                }
                complete(property);
            });
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            complete(schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null
                && schema.getAdditionalProperties().getSchema() != null) {
            complete(schema.getAdditionalProperties().getSchema());
        }
    }

    /// The API server refuses a list whose items may lack the key.
    private static void requireKey(JSONSchemaProps item, String key) {
        TreeSet<String> required = new TreeSet<>(item.getRequired());
        required.add(key);
        item.setRequired(List.copyOf(required));
    }

    private static CustomResourceColumnDefinition column(String name, String type, String path) {
        return new CustomResourceColumnDefinitionBuilder()
                .withName(name)
                .withType(type)
                .withJsonPath(path)
                .build();
    }

    private static CustomResourceColumnDefinition wide(String name, String type, String path) {
        return new CustomResourceColumnDefinitionBuilder(column(name, type, path))
                .withPriority(1)
                .build();
    }
}
