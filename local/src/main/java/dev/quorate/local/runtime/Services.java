package dev.quorate.local.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// EndpointSlices of Services with a selector, and the names of services and of pods in them. Control loop only.
///
/// There is no proxy: a service's name resolves to the addresses of its ready pods, whether it is headless or not.
/// Names are in a file for `-Djdk.net.hosts.file`. The JVM reads it at each look-up, so a rename over it is all an
/// update takes.
///
/// @param names is the file of names
public record Services(Cluster cluster, Path names) implements Runnable {
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    @Override
    public void run() {
        // The JVM looks up the machine's own name there too.
        StringBuilder text = new StringBuilder("127.0.0.1 localhost " + new String(Folders.read(HOSTNAME), UTF_8));
        for (ObjectNode service : cluster.list("Service")) {
            if (!service.at("/spec/selector").isEmpty() && !Json.deleting(service)) {
                reconcile(service, text);
            }
        }
        byte[] content = text.toString().getBytes(UTF_8);
        if (!Files.exists(names) || !Arrays.equals(Folders.read(names), content)) {
            Folders.write(names, content);
        }
    }

    private void reconcile(ObjectNode service, StringBuilder names) {
        String name = Json.name(service);
        String domain = name + "." + Json.namespace(service);
        ArrayNode endpoints = Json.array();
        for (ObjectNode pod : cluster.pods(service, service.at("/spec/selector"))) {
            String address = Json.text(pod, "/status/podIP");
            if (Json.terminal(pod) || address.isEmpty()) {
                continue;
            }
            boolean ready = service.at("/spec/publishNotReadyAddresses").asBoolean() || Json.podReady(pod);
            String hostname = Json.text(pod, "/spec/subdomain").equals(name) ? Json.text(pod, "/spec/hostname") : "";
            ObjectNode endpoint = Json.of("""
                    {nodeName: local, addresses: [%s], conditions: {ready: %s, serving: %s}, targetRef: {kind: Pod, name: '%s'}}
                    """, address, ready, Json.podReady(pod), Json.name(pod));
            Json.putUnlessEmpty(endpoint, "hostname", hostname);
            endpoints.add(endpoint);
            if (ready) {
                names.append(line(address, domain))
                        .append(hostname.isEmpty() ? "" : line(address, hostname + "." + domain));
            }
        }
        writeSlice(service, endpoints);
    }

    private static String line(String address, String name) {
        return "%s %s.svc.cluster.local %s.svc %s\n".formatted(address, name, name, name);
    }

    private void writeSlice(ObjectNode service, ArrayNode endpoints) {
        JsonNode label = Json.of("{kubernetes.io/service-name: '%s'}", Json.name(service));
        ObjectNode slice = Json.owned(Json.name(service), service, label).put("addressType", "IPv4");
        ArrayNode ports = slice.putArray("ports");
        for (JsonNode port : service.at("/spec/ports")) {
            ports.add(((ObjectNode) port.deepCopy()).retain("name", "port").put("protocol", "TCP"));
        }
        slice.set("endpoints", endpoints);
        if (!cluster.create("EndpointSlice", slice)) {
            Optional<ObjectNode> present = cluster.get("EndpointSlice", Json.namespace(service), Json.name(service));
            present.ifPresent(p -> cluster.update(p, s -> s.setAll(slice.retain("ports", "endpoints"))));
        }
    }
}
