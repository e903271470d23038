package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// EndpointSlices of Services with a selector, and the names of services and of pods in them. Control loop only.
///
/// There is no proxy: a service's name resolves to the addresses of its ready pods, whether it is headless or not.
/// Names
/// are files for `-Djdk.net.hosts.file`, one a namespace because short names depend on where one asks. The JVM reads
/// the file at each look-up, so a rename over it is all an update takes.
public final class Services implements Runnable {
    /// @param name of a service, or of a pod in it
    private record Name(String namespace, String name, String address) {}

    private final Cluster cluster;
    private final Path folder;
    private final Map<String, String> written = new HashMap<>();
    private final String machine;

    /// @param folder where the files of names are kept
    public Services(Cluster cluster, Path folder) throws IOException {
        this.cluster = cluster;
        this.folder = folder;
        // The JVM looks up the machine's own name there too.
        this.machine = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    }

    /// The names for processes of that namespace.
    static Path hostsFile(Path folder, String namespace) {
        return folder.resolve("hosts-" + namespace);
    }

    @Override
    public void run() {
        List<Name> names = new ArrayList<>();
        for (ObjectNode service : cluster.list("Service")) {
            if (!service.at("/spec/selector").isEmpty() && !Json.deleting(service)) {
                reconcile(service, names);
            }
        }
        cluster.list("Namespace").forEach(n -> writeNames(Json.name(n), names));
    }

    private void reconcile(ObjectNode service, List<Name> names) {
        String namespace = Json.namespace(service);
        ArrayNode endpoints = Json.array();
        for (ObjectNode pod : cluster.list("Pod")) {
            String address = Json.text(pod, "/status/podIP");
            boolean matches =
                    Json.namespace(pod).equals(namespace) && Json.hasLabels(pod, service.at("/spec/selector"));
            if (!matches || Json.terminal(pod) || address.isEmpty()) {
                continue;
            }
            boolean ready = service.at("/spec/publishNotReadyAddresses").asBoolean() || Json.podReady(pod);
            String hostname = Json.text(pod, "/spec/hostname");
            boolean named = Json.text(pod, "/spec/subdomain").equals(Json.name(service));
            ObjectNode endpoint = endpoints.addObject().put("nodeName", "local");
            endpoint.putArray("addresses").add(address);
            endpoint.putObject("conditions").put("ready", ready).put("serving", Json.podReady(pod));
            endpoint.putObject("targetRef").put("kind", "Pod").put("name", Json.name(pod));
            Json.putOrRemove(endpoint, "hostname", hostname, !named);
            if (ready) {
                names.add(new Name(namespace, Json.name(service), address));
            }
            if (ready && named) {
                names.add(new Name(namespace, hostname + "." + Json.name(service), address));
            }
        }
        writeSlice(service, endpoints);
    }

    private void writeSlice(ObjectNode service, ArrayNode endpoints) {
        JsonNode label = Json.of("{kubernetes.io/service-name: %s}", Json.name(service));
        ObjectNode slice = Json.owned(Json.name(service), service, label).put("addressType", "IPv4");
        ArrayNode ports = slice.putArray("ports");
        for (JsonNode port : service.at("/spec/ports")) {
            ports.addObject()
                    .put("protocol", "TCP")
                    .setAll(((ObjectNode) port).deepCopy().retain("name", "port"));
        }
        slice.set("endpoints", endpoints);
        Optional<ObjectNode> present = cluster.get("EndpointSlice", Json.namespace(service), Json.name(service));
        if (present.isPresent()) {
            cluster.update(present.get(), s -> s.setAll(slice.retain("ports", "endpoints")));
        } else {
            cluster.create("EndpointSlice", slice);
        }
    }

    private void writeNames(String asker, List<Name> names) {
        StringBuilder text = new StringBuilder("127.0.0.1 localhost " + machine + "\n");
        for (Name name : names) {
            String full = name.name() + "." + name.namespace();
            String shortest = name.namespace().equals(asker) ? " " + name.name() : "";
            text.append("%s %s.svc.cluster.local %s.svc %s%s\n".formatted(name.address(), full, full, full, shortest));
        }
        if (!text.toString().equals(written.put(asker, text.toString()))) {
            Folders.write(hostsFile(folder, asker), text.toString());
        }
    }
}
