package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Starts a container's process: command line, environment and paths as the pod asks, on the pod's address. The pod's
/// threads.
final class PodLaunch {
    /// What all pods share.
    ///
    /// @param pods where each running pod has its folder
    /// @param claims where each bound claim has its folder
    record Settings(ImageMap images, ProcessLedger ledger, HostsFiles hosts, Path pods, Path claims) {}

    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME", "USER");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L, "k", 1000L, "M", 1_000_000L, "G", 1_000_000_000L, "Ki", 1L << 10, "Mi", 1L << 20, "Gi", 1L << 30);

    private final Cluster cluster;
    private final ObjectNode pod;
    private final PodFiles files;
    private final Path folder;
    private final Settings settings;

    PodLaunch(Cluster cluster, ObjectNode pod, PodFiles files, Path folder, Settings settings) {
        this.cluster = cluster;
        this.pod = pod;
        this.files = files;
        this.folder = folder;
        this.settings = settings;
    }

    Process start(JsonNode container) throws IOException, MissingReference {
        List<String> command = settings.images()
                .command(container)
                .orElseThrow(() -> new IOException("image \""
                        + container.path("image").asText()
                        + "\" has no local command: the embedded mode runs "
                        + settings.images().entryPoints().keySet() + ", and containers with a command of their own"));
        PodFiles.PathRewriting paths = files.rewriting(container);
        Map<String, String> own = new ContainerEnvironment(cluster, pod).resolve(container);
        List<String> rewritten = command.stream()
                .map(c -> paths.apply(ContainerEnvironment.expand(c, own)))
                .toList();
        Map<String, String> environment = base(container, own.getOrDefault("JAVA_TOOL_OPTIONS", ""));
        own.forEach((name, value) -> {
            if (!name.equals("JAVA_TOOL_OPTIONS")) {
                environment.put(name, paths.apply(value));
            }
        });
        Path working = folder.resolve("work").resolve(container.path("name").asText());
        Files.createDirectories(working);
        return settings.ledger().start(rewritten, environment, working);
    }

    private Map<String, String> base(JsonNode container, String javaOptions) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : INHERITED) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.put("HOSTNAME", Json.name(pod));
        environment.put("QUORATE_LISTEN_ADDRESS", pod.at("/status/podIP").asText());
        // The network address caches would hide restarted pods for half a minute.
        String options = "-Djdk.net.hosts.file='"
                + settings.hosts().file(Json.namespace(pod)).toAbsolutePath()
                + "' -XX:TieredStopAtLevel=1 -Dsun.net.inetaddr.ttl=1 -Dsun.net.inetaddr.negative.ttl=0";
        long memory = bytes(container.at("/resources/limits/memory").asText());
        if (memory > 0) {
            options += " -XX:MaxRAM=" + memory;
        }
        environment.put("JAVA_TOOL_OPTIONS", (options + " " + javaOptions).strip());
        return environment;
    }

    /// A quantity in bytes; 0 if it is absent or of an unusual unit.
    private static long bytes(String quantity) {
        String number = quantity.replaceFirst("[A-Za-z]*$", "");
        Long unit = UNITS.get(quantity.substring(number.length()));
        return unit == null || !number.matches("\\d+") ? 0 : Long.parseLong(number) * unit;
    }
}
