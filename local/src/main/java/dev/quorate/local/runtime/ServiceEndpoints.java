package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// Endpoints and EndpointSlices of Services with a selector, and the names of services and pods. Control loop only.
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
        List<ObjectNode> pods = cluster.list(Kind.POD).stream()
                .filter(p -> !Json.terminal(p) && !ip(p).isEmpty())
                .toList();
        List<HostsFiles.Entry> names = new ArrayList<>();
        for (ObjectNode pod : pods) {
            names.add(new HostsFiles.Entry(Json.namespace(pod), "", hostname(pod), ip(pod)));
        }
        for (ObjectNode service : cluster.list(Kind.SERVICE)) {
            if (service.at("/spec/selector").isEmpty() || Json.deleting(service)) {
                continue;
            }
            boolean all = service.at("/spec/publishNotReadyAddresses").asBoolean();
            List<ObjectNode> members = pods.stream()
                    .filter(p -> Json.namespace(p).equals(Json.namespace(service))
                            && Json.selectsLabels(service.at("/spec/selector"), p.at("/metadata/labels")))
                    .toList();
            for (ObjectNode pod : members) {
                if (all || Json.podReady(pod)) {
                    names.add(new HostsFiles.Entry(Json.namespace(service), Json.name(service), "", ip(pod)));
                    if (pod.at("/spec/subdomain").asText().equals(Json.name(service))) {
                        names.add(new HostsFiles.Entry(
                                Json.namespace(service), Json.name(service), hostname(pod), ip(pod)));
                    }
                }
            }
            writeEndpoints(service, members, all);
            writeSlice(service, members, all);
        }
        hosts.write(names);
    }

    private static String ip(JsonNode pod) {
        return pod.at("/status/podIP").asText();
    }

    private static String hostname(JsonNode pod) {
        String hostname = pod.at("/spec/hostname").asText();
        return hostname.isEmpty() ? Json.name(pod) : hostname;
    }

    private void writeEndpoints(ObjectNode service, List<ObjectNode> members, boolean all) {
        ArrayNode subsets = Json.array();
        if (!members.isEmpty()) {
            ObjectNode subset = Json.object();
            for (ObjectNode pod : members) {
                String list = all || Json.podReady(pod) ? "addresses" : "notReadyAddresses";
                ObjectNode address = subset.withArray(list).addObject().put("ip", ip(pod));
                address.put("hostname", hostname(pod)).put("nodeName", Kubelet.NODE);
                address.set("targetRef", reference(pod));
            }
            subset.set("ports", ports(service, members.getFirst(), false));
            subsets.add(subset);
        }
        put(Kind.ENDPOINTS, Json.owned(Kind.ENDPOINTS, Json.name(service), Kind.SERVICE, service), e -> {
            // Named after its service, which therefore owns it without a reference.
            e.withObject("/metadata").remove("ownerReferences");
            e.set("subsets", subsets);
        });
    }

    private void writeSlice(ObjectNode service, List<ObjectNode> members, boolean all) {
        String name = Json.name(service) + "-" + Json.hash(Json.uid(service)).substring(0, 5);
        put(Kind.ENDPOINT_SLICE, Json.owned(Kind.ENDPOINT_SLICE, name, Kind.SERVICE, service), slice -> {
            ObjectNode labels = slice.withObject("/metadata").withObject("/labels");
            labels.put("kubernetes.io/service-name", Json.name(service))
                    .put("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
            if (service.at("/spec/clusterIP").asText().equals("None")) {
                labels.put("service.kubernetes.io/headless", "");
            }
            slice.put("addressType", "IPv4");
            ArrayNode endpoints = slice.putArray("endpoints");
            for (ObjectNode pod : members) {
                ObjectNode endpoint = endpoints.addObject();
                endpoint.putArray("addresses").add(ip(pod));
                endpoint.putObject("conditions")
                        .put("ready", all || Json.podReady(pod))
                        .put("serving", Json.conditionIs(pod, "Ready", "True"))
                        .put("terminating", Json.deleting(pod));
                if (pod.at("/spec/subdomain").asText().equals(Json.name(service))) {
                    endpoint.put("hostname", hostname(pod));
                }
                endpoint.put("nodeName", Kubelet.NODE).set("targetRef", reference(pod));
            }
            slice.set("ports", members.isEmpty() ? Json.array() : ports(service, members.getFirst(), true));
        });
    }

    private static ObjectNode reference(JsonNode pod) {
        return Json.object()
                .put("kind", "Pod")
                .put("namespace", Json.namespace(pod))
                .put("name", Json.name(pod))
                .put("uid", Json.uid(pod));
    }

    private static ArrayNode ports(JsonNode service, JsonNode pod, boolean slice) {
        ArrayNode ports = Json.array();
        for (JsonNode port : service.at("/spec/ports")) {
            ObjectNode entry = ports.addObject();
            if (slice || port.has("name")) {
                entry.put("name", port.path("name").asText());
            }
            entry.put("port", targetPort(port, pod))
                    .put("protocol", port.path("protocol").asText("TCP"));
        }
        return ports;
    }

    private static int targetPort(JsonNode port, JsonNode pod) {
        JsonNode target = port.path("targetPort");
        if (target.isTextual()) {
            return Probe.namedPort(pod, target.asText());
        }
        return target.asInt(port.path("port").asInt());
    }

    private void put(Kind kind, ObjectNode fresh, java.util.function.Consumer<ObjectNode> content) {
        var present = cluster.get(kind, Json.namespace(fresh), Json.name(fresh));
        if (present.isPresent()) {
            cluster.update(kind, present.get(), content);
        } else {
            content.accept(fresh);
            cluster.create(kind, fresh);
        }
    }
}
