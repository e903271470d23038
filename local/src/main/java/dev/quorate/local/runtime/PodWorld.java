package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.api.Cluster;
import dev.quorate.local.api.PodLogs;
import dev.quorate.local.store.Folders;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a pod's containers find: volumes as folders, environment, and a command line in which the paths of the
/// container's world are those of the folders that stand for them. Any thread.
///
/// @param pod with its address in the status
/// @param state has the folders of pods and of claims, and the names of services
/// @param images the program that stands for an image, by the image's repository such as `quorate/ensemble-server`
record PodWorld(Cluster cluster, ObjectNode pod, Path state, Map<String, Path> images, Processes processes) {
    /// The pod refers to something that is not there (yet); the message says what, as Kubernetes does.
    static final class MissingReference extends IOException {
        private static final long serialVersionUID = 1;

        MissingReference(String message) {
            super(message);
        }
    }

    private static final Pattern VARIABLE = Pattern.compile("\\$(\\$|\\(([A-Za-z_][\\w.-]*)\\))");
    private static final Pattern INDEXED = Pattern.compile("metadata\\.(labels|annotations)\\['([^']+)'\\]");
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME", "USER");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L, "k", 1000L, "M", 1_000_000L, "G", 1_000_000_000L, "Ki", 1L << 10, "Mi", 1L << 20, "Gi", 1L << 30);
    private static final int MESSAGE_MAX = 4096;

    private PodLogs logs() {
        return new PodLogs(state.resolve("pods"));
    }

    Path folder() {
        return logs().folderOf(pod);
    }

    /// Makes every volume's folder with its content, or brings what has changed since into it.
    synchronized void fillVolumes() throws MissingReference {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            Path target = Folders.create(volumeFolder(volume));
            if (volume.has("configMap")) {
                replace(target, data("ConfigMap", volume.path("configMap"), "name"));
            } else if (volume.has("secret")) {
                replace(target, data("Secret", volume.path("secret"), "secretName"));
            }
        }
    }

    private Path volumeFolder(JsonNode volume) throws MissingReference {
        if (!volume.has("persistentVolumeClaim")) {
            return folder().resolve("volumes").resolve(volume.path("name").asText());
        }
        String claim = Json.text(volume, "/persistentVolumeClaim/claimName");
        return Claims.folderOf(state.resolve("volumes"), object("PersistentVolumeClaim", claim));
    }

    private ObjectNode object(String kind, String name) throws MissingReference {
        String missing = kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" not found";
        return cluster.get(kind, Json.namespace(pod), name).orElseThrow(() -> new MissingReference(missing));
    }

    /// All keys of a ConfigMap or Secret with their bytes; none if it is absent and may be.
    private Map<String, byte[]> data(String kind, JsonNode reference, String nameField) throws MissingReference {
        Map<String, byte[]> data = new TreeMap<>();
        String name = reference.path(nameField).asText();
        Optional<ObjectNode> present = cluster.get(kind, Json.namespace(pod), name);
        if (present.isPresent() || !reference.path("optional").asBoolean()) {
            JsonNode object = object(kind, name);
            Base64.Decoder base64 = Base64.getDecoder();
            for (String field : List.of("data", "binaryData")) {
                boolean encoded = kind.equals("Secret") || field.equals("binaryData");
                object.path(field).properties().forEach(e -> {
                    byte[] bytes = e.getValue().asText().getBytes(StandardCharsets.UTF_8);
                    data.put(e.getKey(), encoded ? base64.decode(bytes) : bytes);
                });
            }
        }
        return data;
    }

    private static void replace(Path target, Map<String, byte[]> files) {
        files.forEach((name, content) -> {
            Path file = target.resolve(name);
            if (!Files.exists(file) || !Arrays.equals(Folders.read(file), content)) {
                Folders.write(file, content);
            }
        });
        Folders.list(target).stream()
                .filter(file -> !files.containsKey(file.getFileName().toString()))
                .forEach(Folders::delete);
    }

    /// Starts the container's process: on the pod's address, with its output in the container's log.
    Process launch(JsonNode container) throws IOException {
        String name = container.path("name").asText();
        Map<String, Path> paths = paths(container);
        Map<String, String> own = variables(container);
        List<String> command = command(container).stream()
                .map(c -> rewritten(expanded(c, own), paths))
                .toList();
        Map<String, String> environment = new LinkedHashMap<>(System.getenv());
        environment.keySet().retainAll(INHERITED);
        environment.put("HOSTNAME", Json.name(pod));
        environment.put("QUORATE_LISTEN_ADDRESS", Json.text(pod, "/status/podIP"));
        own.forEach((variable, value) -> environment.put(variable, rewritten(value, paths)));
        environment.merge("JAVA_TOOL_OPTIONS", javaOptions(container), (given, ours) -> ours + " " + given);
        Folders.write(termination(container), new byte[0]);
        Path working = Folders.create(folder().resolve("work").resolve(name));
        return processes.start(command, environment, working, logs().file(pod, name));
    }

    /// The program and its arguments as the image would run them.
    private List<String> command(JsonNode container) throws IOException {
        String image = container.path("image").asText();
        String repository = "/" + image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
        List<String> command = new ArrayList<>(Json.texts(container.path("command")));
        if (command.isEmpty()) {
            command.add(images.keySet().stream()
                    .filter(known -> repository.endsWith("/" + known))
                    .map(known -> String.valueOf(images.get(known)))
                    .findFirst()
                    .orElseThrow(() -> new IOException("image \"" + image + "\" has no local command: the embedded mode"
                            + " runs " + images.keySet() + ", and containers with a command of their own")));
        }
        command.addAll(Json.texts(container.path("args")));
        return command;
    }

    private String javaOptions(JsonNode container) {
        Path names = Services.hostsFile(state.resolve("run"), Json.namespace(pod));
        String memory = Json.text(container, "/resources/limits/memory");
        String number = memory.replaceFirst("[A-Za-z]*$", "");
        long unit = UNITS.getOrDefault(memory.substring(number.length()), 0L);
        String limit = number.matches("\\d+") && unit > 0 ? " -XX:MaxRAM=" + Long.parseLong(number) * unit : "";
        // The network address caches would hide restarted pods for half a minute.
        return "-Djdk.net.hosts.file='" + names + "' -XX:TieredStopAtLevel=1 -Dsun.net.inetaddr.ttl=1"
                + " -Dsun.net.inetaddr.negative.ttl=0" + limit;
    }

    private Map<String, String> variables(JsonNode container) throws MissingReference {
        Map<String, String> values = new LinkedHashMap<>();
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            JsonNode from = variable.path("valueFrom");
            if (from.has("fieldRef")) {
                values.put(name, field(Json.text(from, "/fieldRef/fieldPath")));
            } else if (from.isEmpty()) {
                values.put(name, expanded(variable.path("value").asText(), values));
            } else {
                String kind = from.has("secretKeyRef") ? "Secret" : "ConfigMap";
                JsonNode reference = from.iterator().next();
                byte[] value =
                        data(kind, reference, "name").get(reference.path("key").asText());
                if (value != null) {
                    values.put(name, new String(value, StandardCharsets.UTF_8));
                } else if (!reference.path("optional").asBoolean()) {
                    throw new MissingReference(
                            kind + " " + reference.path("name").asText() + " has no key " + reference.path("key"));
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

    private String field(String path) {
        Matcher indexed = INDEXED.matcher(path);
        return indexed.matches()
                ? pod.at("/metadata/" + indexed.group(1)).path(indexed.group(2)).asText()
                : Json.text(pod, "/" + path.replace('.', '/'));
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
    private Map<String, Path> paths(JsonNode container) throws MissingReference {
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
