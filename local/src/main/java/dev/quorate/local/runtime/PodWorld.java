package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a pod's containers find: volumes as folders, environment, and a command line in which the paths of the
/// container's world are those of the folders that stand for them. Any thread. What is missing (so far) throws
/// NoSuchElementException, with Kubernetes' words.
///
/// @param pod with its address in the status
/// @param state has the folders of pods and of claims, and the names of services
/// @param images the program that stands for an image, by the image's repository such as `quorate/ensemble-server`
public record PodWorld(Cluster cluster, ObjectNode pod, Path state, Map<String, Path> images, Processes processes) {
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\$|\\(([A-Za-z_][\\w.-]*)\\))");
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME", "USER");
    private static final int MESSAGE_MAX = 4096;
    /// The network address caches would hide restarted pods for half a minute.
    private static final String JAVA_OPTIONS = "-Djdk.net.hosts.file='%s' -XX:TieredStopAtLevel=1"
            + " -Dsun.net.inetaddr.ttl=1 -Dsun.net.inetaddr.negative.ttl=0";

    private PodLogs logs() {
        return new PodLogs(state.resolve("pods"));
    }

    Path folder() {
        return logs().folderOf(pod);
    }

    /// Makes every volume's folder, with its present content.
    void fillVolumes() {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            Path target = volumeFolder(volume);
            if (volume.has("configMap")) {
                fill(target, data("ConfigMap", volume.path("configMap"), "name"));
            } else if (volume.has("secret")) {
                fill(target, data("Secret", volume.path("secret"), "secretName"));
            }
            Folders.create(target);
        }
    }

    private static void fill(Path folder, Map<String, byte[]> files) {
        Folders.delete(folder);
        files.forEach((name, content) -> Folders.write(folder.resolve(name), content));
    }

    private Path volumeFolder(JsonNode volume) {
        if (!volume.has("persistentVolumeClaim")) {
            return folder().resolve("volumes").resolve(volume.path("name").asText());
        }
        String claim = Json.text(volume, "/persistentVolumeClaim/claimName");
        return Claims.folderOf(state.resolve("volumes"), object("PersistentVolumeClaim", claim));
    }

    private ObjectNode object(String kind, String name) {
        Optional<ObjectNode> found = cluster.get(kind, Json.namespace(pod), name);
        boolean goes = found.filter(Json::deleting).isPresent();
        String missing =
                kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" " + (goes ? "is being deleted" : "not found");
        return found.filter(o -> !goes).orElseThrow(() -> new NoSuchElementException(missing));
    }

    /// All keys of a ConfigMap or Secret with their bytes; none if it is absent and may be.
    private Map<String, byte[]> data(String kind, JsonNode reference, String nameField) {
        Map<String, byte[]> data = new TreeMap<>();
        String name = reference.path(nameField).asText();
        if (reference.path("optional").asBoolean()
                && cluster.get(kind, Json.namespace(pod), name).isEmpty()) {
            return data;
        }
        JsonNode object = object(kind, name);
        for (String field : List.of("data", "binaryData")) {
            boolean encoded = kind.equals("Secret") || field.equals("binaryData");
            object.path(field).properties().forEach(entry -> {
                String text = entry.getValue().asText();
                byte[] bytes = encoded ? Base64.getDecoder().decode(text) : text.getBytes(StandardCharsets.UTF_8);
                data.put(entry.getKey(), bytes);
            });
        }
        return data;
    }

    /// Starts the container's process: on the pod's address, with its output in the container's log.
    Process launch(JsonNode container) throws IOException {
        String name = Json.text(container, "/name");
        Map<String, Path> paths = paths(container);
        Map<String, String> own = variables(container);
        List<String> command = command(container);
        command.replaceAll(argument -> rewritten(expanded(argument, own), paths));
        Map<String, String> environment = new LinkedHashMap<>(System.getenv());
        environment.keySet().retainAll(INHERITED);
        environment.put("HOSTNAME", Json.name(pod));
        environment.put("QUORATE_LISTEN_ADDRESS", Json.text(pod, "/status/podIP"));
        own.forEach((variable, value) -> environment.put(variable, rewritten(value, paths)));
        environment.merge(
                "JAVA_TOOL_OPTIONS",
                JAVA_OPTIONS.formatted(state.resolve("run/hosts")),
                (given, ours) -> ours + " " + given);
        Folders.write(termination(container), new byte[0]);
        Path working = Folders.create(folder().resolve("work").resolve(name));
        return processes.start(command, environment, working, logs().file(pod, name));
    }

    /// The program and its arguments as the image would run them.
    private List<String> command(JsonNode container) throws IOException {
        String image = container.path("image").asText();
        String repository = "/" + image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
        List<String> command = new ArrayList<>(Json.texts(container.path("command")));
        for (Map.Entry<String, Path> known : images.entrySet()) {
            if (command.isEmpty() && repository.endsWith("/" + known.getKey())) {
                command.add(known.getValue().toString());
            }
        }
        if (command.isEmpty()) {
            throw new IOException("image \"" + image + "\" has no local command: the embedded mode runs "
                    + images.keySet() + ", and containers with a command of their own");
        }
        command.addAll(Json.texts(container.path("args")));
        return command;
    }

    private Map<String, String> variables(JsonNode container) {
        Map<String, String> values = new LinkedHashMap<>();
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            JsonNode from = variable.path("valueFrom");
            if (from.has("fieldRef")) {
                String field = Json.text(from, "/fieldRef/fieldPath");
                values.put(name, Json.text(pod, "/" + field.replace('.', '/')));
            } else if (from.isEmpty()) {
                values.put(name, expanded(variable.path("value").asText(), values));
            } else {
                String kind = from.has("secretKeyRef") ? "Secret" : "ConfigMap";
                JsonNode reference = from.iterator().next();
                String key = Json.text(reference, "/key");
                byte[] value = data(kind, reference, "name").get(key);
                if (value != null) {
                    values.put(name, new String(value, StandardCharsets.UTF_8));
                } else if (!reference.path("optional").asBoolean()) {
                    throw new NoSuchElementException(kind + " " + Json.text(reference, "/name") + " has no key " + key);
                }
            }
        }
        return values;
    }

    /// Replaces `$(NAME)` by its value, where it has one, and `$$` by `$`.
    private static String expanded(String text, Map<String, String> values) {
        return VARIABLE.matcher(text).replaceAll(m -> {
            String name = m.group(2);
            return Matcher.quoteReplacement(name == null ? "$" : values.getOrDefault(name, m.group()));
        });
    }

    private Path termination(JsonNode container) {
        return folder().resolve("termination-" + container.path("name").asText());
    }

    /// What the run that has ended left: its message, or the end of its log where the container wants that.
    String terminationMessage(JsonNode container, int exitCode) {
        byte[] message = Folders.read(termination(container));
        boolean fromLog = container.path("terminationMessagePolicy").asText().equals("FallbackToLogsOnError");
        if (message.length == 0 && fromLog && exitCode != 0) {
            message = Folders.read(logs().file(pod, container.path("name").asText()));
        }
        int start = Math.max(0, message.length - MESSAGE_MAX);
        return new String(message, start, message.length - start, StandardCharsets.UTF_8);
    }

    /// The container's mounts and its termination log, with what stands for them.
    private Map<String, Path> paths(JsonNode container) {
        Map<String, Path> paths = new TreeMap<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            String path = mount.path("mountPath").asText().replaceFirst("(?<=.)/$", "");
            String volume = mount.path("name").asText();
            paths.put(path, volumeFolder(Json.named(pod.at("/spec/volumes"), "name", volume)));
        }
        paths.put(container.path("terminationMessagePath").asText(), termination(container));
        return paths;
    }

    /// Only whole paths and what lies below them: `/data` leaves `/database` alone.
    static String rewritten(String text, Map<String, Path> paths) {
        List<String> longestFirst = new ArrayList<>();
        paths.keySet().forEach(p -> longestFirst.add(Pattern.quote(p)));
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        return Pattern.compile("(?<![\\w./-])(?:" + String.join("|", longestFirst) + ")(?![\\w.-])")
                .matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(String.valueOf(paths.get(m.group()))));
    }
}
