package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A pod's files: its volumes as folders, and the paths of the container's world rewritten to them. Used by the pod's
/// thread, and by the control loop for [#refresh].
final class PodFiles {
    private final Cluster cluster;
    private final ObjectNode pod;
    private final Path folder;
    private final Path claims;
    private boolean created;

    /// @param folder the pod's own
    /// @param claims where bound claims have theirs
    PodFiles(Cluster cluster, ObjectNode pod, Path folder, Path claims) {
        this.cluster = cluster;
        this.pod = pod;
        this.folder = folder;
        this.claims = claims;
    }

    Path termination(String container) {
        return folder.resolve("termination").resolve(container);
    }

    Path log(String container) {
        return folder.resolve("logs").resolve(container);
    }

    /// Makes every volume's folder with its content.
    synchronized void create() throws IOException, MissingReference {
        Files.createDirectories(folder.resolve("termination"));
        for (JsonNode volume : pod.at("/spec/volumes")) {
            fill(volume);
        }
        created = true;
    }

    /// Brings changed ConfigMaps and Secrets into the volumes. What has vanished stays as it was.
    synchronized void refresh() throws IOException {
        if (!created) {
            return;
        }
        for (JsonNode volume : pod.at("/spec/volumes")) {
            try {
                fill(volume);
            } catch (MissingReference gone) {
                continue;
            }
        }
    }

    void delete() throws IOException {
        Folders.delete(folder);
    }

    private Path volumeFolder(String name) throws MissingReference {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            if (volume.path("name").asText().equals(name) && volume.has("persistentVolumeClaim")) {
                String claim = volume.at("/persistentVolumeClaim/claimName").asText();
                return Claims.folderOf(
                        claims,
                        cluster.get("PersistentVolumeClaim", Json.namespace(pod), claim)
                                .orElseThrow(() ->
                                        new MissingReference("persistentvolumeclaim \"" + claim + "\" not found")));
            }
        }
        return folder.resolve("volumes").resolve(name);
    }

    private void fill(JsonNode volume) throws IOException, MissingReference {
        Path target = volumeFolder(volume.path("name").asText());
        Files.createDirectories(target);
        if (volume.has("configMap")) {
            JsonNode source = volume.path("configMap");
            fill(target, "ConfigMap", source.path("name").asText(), source);
        } else if (volume.has("secret")) {
            JsonNode source = volume.path("secret");
            fill(target, "Secret", source.path("secretName").asText(), source);
        }
    }

    private void fill(Path target, String kind, String name, JsonNode source) throws IOException, MissingReference {
        var object = cluster.get(kind, Json.namespace(pod), name);
        if (object.isEmpty() && !source.path("optional").asBoolean()) {
            throw new MissingReference(kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" not found");
        }
        Map<String, byte[]> files = new TreeMap<>();
        Map<String, byte[]> data = object.map(o -> data(kind, o)).orElse(Map.of());
        if (source.path("items").isEmpty()) {
            files.putAll(data);
        }
        for (JsonNode item : source.path("items")) {
            byte[] content = data.get(item.path("key").asText());
            if (content != null) {
                files.put(item.path("path").asText(), content);
            } else if (!source.path("optional").asBoolean()) {
                throw new MissingReference("references non-existent config key: "
                        + item.path("key").asText());
            }
        }
        replace(target, files);
    }

    private static void replace(Path target, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = target.resolve(file.getKey()).normalize();
            if (!path.startsWith(target)) {
                throw new IOException("volume path " + file.getKey() + " leads out of its volume");
            }
            if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                Folders.write(path, file.getValue());
            }
        }
        List<Path> stale;
        try (Stream<Path> walk = Files.walk(target)) {
            stale = walk.filter(Files::isRegularFile)
                    .filter(p -> !files.containsKey(target.relativize(p).toString()))
                    .toList();
        }
        for (Path path : stale) {
            Files.delete(path);
        }
    }

    /// All keys of a ConfigMap or Secret with their bytes.
    static Map<String, byte[]> data(String kind, JsonNode object) {
        Map<String, byte[]> data = new TreeMap<>();
        boolean encoded = kind.equals("Secret");
        object.path("data").properties().forEach(e -> {
            String text = e.getValue().asText();
            data.put(e.getKey(), encoded ? Base64.getDecoder().decode(text) : text.getBytes(StandardCharsets.UTF_8));
        });
        object.path("binaryData")
                .properties()
                .forEach(e -> data.put(
                        e.getKey(), Base64.getDecoder().decode(e.getValue().asText())));
        return data;
    }

    /// Replaces each path of the container's world (mounts and termination log) by the folder that stands for it. Only
    /// whole paths and what lies below them: `/data` leaves `/database` alone.
    PathRewriting rewriting(JsonNode container) throws MissingReference, IOException {
        Map<String, Path> paths = new TreeMap<>(
                Comparator.<String>comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        for (JsonNode mount : container.path("volumeMounts")) {
            Path target = volumeFolder(mount.path("name").asText());
            String subPath = mount.path("subPath").asText();
            if (!subPath.isEmpty()) {
                target = target.resolve(subPath).normalize();
                if (!Files.exists(target)) {
                    Files.createDirectories(target);
                }
            }
            paths.put(mount.path("mountPath").asText().replaceFirst("(?<=.)/$", ""), target);
        }
        paths.put(
                container.path("terminationMessagePath").asText("/dev/termination-log"),
                termination(container.path("name").asText()));
        return new PathRewriting(paths);
    }

    /// @param paths longest first
    record PathRewriting(Map<String, Path> paths) {
        String apply(String text) {
            List<String> alternatives = new ArrayList<>();
            paths.keySet().forEach(p -> alternatives.add(Pattern.quote(p)));
            Matcher matcher = Pattern.compile("(?<![\\w./-])(?:" + String.join("|", alternatives) + ")(?![\\w.-])")
                    .matcher(text);
            return matcher.replaceAll(m -> Matcher.quoteReplacement(Objects.requireNonNull(paths.get(m.group()))
                    .toAbsolutePath()
                    .toString()));
        }
    }
}
