package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What containers wrote: a file for each. Any thread.
///
/// @param folder has a folder for each pod that runs or ran last
public record PodLogs(Path folder) {
    private static final long POLL_MILLIS = 200;

    /// The pod's own folder, for its logs and whatever else it needs.
    public Path folderOf(JsonNode pod) {
        return folder.resolve(Json.namespace(pod) + "_" + Json.name(pod) + "_" + Json.uid(pod));
    }

    public Path file(JsonNode pod, String container) {
        return folderOf(pod).resolve(container + ".log");
    }

    /// Whether a container of the pod runs.
    public static boolean runs(JsonNode pod, String container) {
        return pod.path("status").findParents("state").stream()
                .anyMatch(s -> Json.text(s, "/name").equals(container)
                        && s.path("state").has("running"));
    }

    /// Copies the file's last lines, and what is added to it as long as more is to come.
    ///
    /// @param lines all if negative
    public static void copy(Path file, long lines, BooleanSupplier more, OutputStream to)
            throws IOException, InterruptedException {
        List<String> all = lines < 0 ? List.of() : Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        long start = all.stream()
                .limit(Math.max(0, all.size() - lines))
                .mapToLong(l -> l.length() + 1)
                .sum();
        try (InputStream from = Files.newInputStream(file)) {
            from.skipNBytes(start);
            while (true) {
                boolean last = !more.getAsBoolean();
                from.transferTo(to);
                to.flush();
                if (last) {
                    return;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }
}
