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
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a pod's containers find: volumes as folders, environment, and a command line in which the paths of the
/// container's world are those of the folders that stand for them. The pod's thread; the control loop for
/// [#refreshVolumes].
final class PodWorld {
    /// What all pods share.
    ///
    /// @param images the program that stands for an image, by the image's repository such as
    /// `quorate/ensemble-server`
    /// @param state has the volumes of claims and the names of services
    record Machine(Map<String, Path> images, Processes processes, Path state) {}

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
    private static final String JAVA_OPTIONS = "JAVA_TOOL_OPTIONS";
    private static final int MESSAGE_MAX = 4096;
    private static final int LOG_TAIL_MAX = 2048;

    private final Cluster cluster;
    private final ObjectNode pod;
    private final Path folder;
    private final Machine machine;
    private volatile boolean filled;

    /// @param pod with its address in the status
    /// @param folder the pod's own
    PodWorld(Cluster cluster, ObjectNode pod, Path folder, Machine machine) {
        this.cluster = cluster;
        this.pod = pod;
        this.folder = folder;
        this.machine = machine;
    }

    Path folder() {
        return folder;
    }

    /// Makes every volume's folder with its content.
    synchronized void fillVolumes() throws IOException {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            fill(volume);
        }
        filled = true;
    }

    /// Brings changed ConfigMaps and Secrets into the volumes. What has vanished stays as it was.
    synchronized void refreshVolumes() throws IOException {
        for (JsonNode volume : filled ? pod.at("/spec/volumes") : Json.array()) {
            try {
                fill(volume);
            } catch (MissingReference gone) {
                continue;
            }
        }
    }

    private void fill(JsonNode volume) throws IOException {
        Path target = volumeFolder(volume.path("name").asText());
        Files.createDirectories(target);
        if (volume.has("configMap")) {
            replace(target, data("ConfigMap", volume.path("configMap"), "name"));
        } else if (volume.has("secret")) {
            replace(target, data("Secret", volume.path("secret"), "secretName"));
        }
    }

    private Path volumeFolder(String name) throws MissingReference {
        JsonNode volume = Json.named(pod.at("/spec/volumes"), "name", name);
        if (!volume.has("persistentVolumeClaim")) {
            return folder.resolve("volumes").resolve(name);
        }
        String claim = Json.text(volume, "/persistentVolumeClaim/claimName");
        return Claims.folderOf(machine.state().resolve("volumes"), object("PersistentVolumeClaim", claim));
    }

    private ObjectNode object(String kind, String name) throws MissingReference {
        return cluster.get(kind, Json.namespace(pod), name)
                .orElseThrow(() -> new MissingReference(kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" not found"));
    }

    /// All keys of a ConfigMap or Secret with their bytes; none if it is absent and may be.
    private Map<String, byte[]> data(String kind, JsonNode reference, String nameField) throws MissingReference {
        Map<String, byte[]> data = new TreeMap<>();
        JsonNode object;
        try {
            object = object(kind, reference.path(nameField).asText());
        } catch (MissingReference e) {
            if (reference.path("optional").asBoolean()) {
                return data;
            }
            throw e;
        }
        Base64.Decoder base64 = Base64.getDecoder();
        object.path("data").properties().forEach(e -> {
            String text = e.getValue().asText();
            data.put(e.getKey(), kind.equals("Secret") ? base64.decode(text) : text.getBytes(StandardCharsets.UTF_8));
        });
        JsonNode binary = object.path("binaryData");
        binary.properties()
                .forEach(e -> data.put(e.getKey(), base64.decode(e.getValue().asText())));
        return data;
    }

    private static void replace(Path target, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = target.resolve(file.getKey());
            if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                Folders.write(path, file.getValue());
            }
        }
        try (Stream<Path> present = Files.list(target)) {
            for (Path path : present.toList()) {
                if (!files.containsKey(path.getFileName().toString())) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Starts the container's process: on the pod's address, with its output in the container's log.
    Process launch(JsonNode container) throws IOException {
        String name = container.path("name").asText();
        Map<String, Path> paths = paths(container);
        Map<String, String> own = variables(container);
        List<String> command = command(container).stream()
                .map(c -> rewritten(expanded(c, own), paths))
                .toList();
        Map<String, String> environment = new LinkedHashMap<>();
        INHERITED.stream().filter(v -> System.getenv(v) != null).forEach(v -> environment.put(v, System.getenv(v)));
        environment.put("HOSTNAME", Json.name(pod));
        environment.put("QUORATE_LISTEN_ADDRESS", Json.text(pod, "/status/podIP"));
        own.forEach((variable, value) -> environment.put(variable, rewritten(value, paths)));
        environment.put(JAVA_OPTIONS, (javaOptions(container) + " " + own.getOrDefault(JAVA_OPTIONS, "")).strip());
        Path working = folder.resolve("work").resolve(name);
        Files.createDirectories(working);
        Files.write(termination(container), new byte[0]);
        Path log = PodLogs.file(folder, name, false);
        if (Files.exists(log)) {
            Files.move(log, PodLogs.file(folder, name, true), StandardCopyOption.REPLACE_EXISTING);
        }
        return machine.processes().start(command, environment, working, log);
    }

    /// The program and its arguments as the image would run them.
    private List<String> command(JsonNode container) throws IOException {
        String image = container.path("image").asText();
        String repository = image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
        List<String> command = new ArrayList<>(Json.texts(container.path("command")));
        for (Map.Entry<String, Path> known : machine.images().entrySet()) {
            boolean same = ("/" + repository).endsWith("/" + known.getKey());
            if (same && command.isEmpty()) {
                command.add(known.getValue().toString());
            }
        }
        if (command.isEmpty()) {
            throw new IOException("image \"" + image + "\" has no local command: the embedded mode runs "
                    + machine.images().keySet() + ", and containers with a command of their own");
        }
        command.addAll(Json.texts(container.path("args")));
        return command;
    }

    private String javaOptions(JsonNode container) {
        Path names = Services.hostsFile(machine.state().resolve("run"), Json.namespace(pod));
        long memory = bytes(Json.text(container, "/resources/limits/memory"));
        // The network address caches would hide restarted pods for half a minute.
        return "-Djdk.net.hosts.file='" + names + "' -XX:TieredStopAtLevel=1 -Dsun.net.inetaddr.ttl=1"
                + " -Dsun.net.inetaddr.negative.ttl=0" + (memory > 0 ? " -XX:MaxRAM=" + memory : "");
    }

    /// A quantity in bytes; 0 if it is absent or of an unusual unit.
    private static long bytes(String quantity) {
        String number = quantity.replaceFirst("[A-Za-z]*$", "");
        long unit = UNITS.getOrDefault(quantity.substring(number.length()), 0L);
        return number.matches("\\d+") ? Long.parseLong(number) * unit : 0;
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
                String key = reference.path("key").asText();
                byte[] value = data(kind, reference, "name").get(key);
                if (value != null) {
                    values.put(name, new String(value, StandardCharsets.UTF_8));
                } else if (!reference.path("optional").asBoolean()) {
                    String object = kind + " " + Json.namespace(pod) + "/"
                            + reference.path("name").asText();
                    throw new MissingReference("couldn't find key " + key + " in " + object);
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
        return folder.resolve("termination-" + container.path("name").asText());
    }

    /// What the run that has ended left: its message, or the end of its log where the container wants that.
    String terminationMessage(JsonNode container, int exitCode) {
        try {
            String message = Folders.tail(termination(container), MESSAGE_MAX);
            boolean fromLog =
                    container.path("terminationMessagePolicy").asText().equals("FallbackToLogsOnError");
            return message.isEmpty() && fromLog && exitCode != 0
                    ? Folders.tail(PodLogs.file(folder, container.path("name").asText(), false), LOG_TAIL_MAX)
                    : message;
        } catch (IOException e) {
            return "";
        }
    }

    /// The container's mounts and its termination log, with what stands for them.
    private Map<String, Path> paths(JsonNode container) throws MissingReference {
        Map<String, Path> paths = new TreeMap<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            String path = mount.path("mountPath").asText().replaceFirst("(?<=.)/$", "");
            paths.put(path, volumeFolder(mount.path("name").asText()));
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
                .replaceAll(m -> Matcher.quoteReplacement(
                        Objects.requireNonNull(paths.get(m.group())).toString()));
    }
}
