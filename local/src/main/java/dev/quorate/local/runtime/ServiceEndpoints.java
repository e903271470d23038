package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// EndpointSlices of Services with a selector, and the names of services and pods. Control loop only.
///
/// There is no proxy: a service's name resolves to the addresses of its ready pods, whether it is headless or not.
final class ServiceEndpoints implements ControlLoop.Controller {
    private final Cluster cluster;
    private final HostsFiles hosts;

    ServiceEndpoints(Cluster cluster, HostsFiles hosts) {
        this.cluster = cluster;
        this.hosts = hosts;
    }

    @Override
    public void reconcile() {
        List<ObjectNode> pods = cluster.list("Pod").stream()
                .filter(p -> !Json.terminal(p) && !ip(p).isEmpty())
                .toList();
        List<HostsFiles.Entry> names = new ArrayList<>();
        for (ObjectNode pod : pods) {
            names.add(new HostsFiles.Entry(Json.namespace(pod), "", hostname(pod), ip(pod)));
        }
        for (ObjectNode service : cluster.list("Service")) {
            JsonNode selector = service.at("/spec/selector");
            if (selector.isEmpty() || Json.deleting(service)) {
                continue;
            }
            List<ObjectNode> members = pods.stream()
                    .filter(p -> Json.namespace(p).equals(Json.namespace(service)) && Json.hasLabels(p, selector))
                    .toList();
            for (ObjectNode pod : members) {
                if (ready(service, pod)) {
                    String namespace = Json.namespace(service);
                    names.add(new HostsFiles.Entry(namespace, Json.name(service), "", ip(pod)));
                    if (isIn(pod, service)) {
                        names.add(new HostsFiles.Entry(namespace, Json.name(service), hostname(pod), ip(pod)));
                    }
                }
            }
            writeSlice(service, members);
        }
        hosts.write(names);
    }

    private static boolean ready(JsonNode service, JsonNode pod) {
        return service.at("/spec/publishNotReadyAddresses").asBoolean() || Json.podReady(pod);
    }

    private static boolean isIn(JsonNode pod, JsonNode service) {
        return Json.text(pod, "/spec/subdomain").equals(Json.name(service));
    }

    private static String ip(JsonNode pod) {
        return Json.text(pod, "/status/podIP");
    }

    private static String hostname(JsonNode pod) {
        return pod.at("/spec/hostname").asText(Json.name(pod));
    }

    private void writeSlice(ObjectNode service, List<ObjectNode> members) {
        String name = Json.name(service) + "-" + Json.hash(Json.uid(service)).substring(0, 5);
        ObjectNode slice = Json.owned(
                name,
                service,
                Json.of(
                        "{kubernetes.io/service-name: %s, endpointslice.kubernetes.io/managed-by:"
                                + " endpointslice-controller.k8s.io}",
                        Json.name(service)));
        ArrayNode endpoints = slice.put("addressType", "IPv4").putArray("endpoints");
        members.forEach(pod -> endpoints.add(endpoint(service, pod)));
        ArrayNode ports = slice.putArray("ports");
        for (JsonNode port : service.at("/spec/ports")) {
            JsonNode target = port.has("targetPort") ? port.path("targetPort") : port.path("port");
            int number = target.isTextual() && !members.isEmpty()
                    ? Probe.namedPort(members.getFirst(), target.asText())
                    : target.asInt();
            ports.add(Json.of(
                    "{name: '%s', port: %s, protocol: TCP}", port.path("name").asText(), number));
        }
        Optional<ObjectNode> present = cluster.get("EndpointSlice", Json.namespace(service), name);
        if (present.isEmpty()) {
            cluster.create("EndpointSlice", slice);
        } else {
            cluster.update(present.get(), s -> {
                s.set("endpoints", endpoints);
                s.set("ports", ports);
            });
        }
    }

    private static ObjectNode endpoint(JsonNode service, JsonNode pod) {
        ObjectNode endpoint = Json.of(
                """
                addresses: [%s]
                nodeName: %s
                conditions: {ready: %s, serving: %s, terminating: %s}
                targetRef: {kind: Pod, namespace: %s, name: %s, uid: %s}
                """,
                ip(pod),
                Kubelet.NODE,
                ready(service, pod),
                Json.conditionIs(pod, "Ready", "True"),
                Json.deleting(pod),
                Json.namespace(pod),
                Json.name(pod),
                Json.uid(pod));
        Json.putOrRemove(endpoint, "hostname", hostname(pod), !isIn(pod, service));
        return endpoint;
    }
}
