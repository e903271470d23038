package dev.quorate.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Sets, jobs, claims and names with real processes: small shell scripts.
final class PodTest {
    @RegisterExtension
    static final LocalClusterExtension CLUSTER = new LocalClusterExtension();

    private static String set(String name) {
        return """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: NAME}
            spec:
              serviceName: members
              replicas: 1
              podManagementPolicy: Parallel
              updateStrategy: {type: OnDelete}
              selector: {matchLabels: {app: NAME}}
              template:
                metadata: {labels: {app: NAME, group: m}}
                spec:
                  terminationGracePeriodSeconds: 5
                  containers:
                  - name: server
                    image: any
                    command: [sh, -c, 'echo started on $POD_IP; echo x >> /data/runs; while :; do sleep 0.1; done']
                    env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
                    volumeMounts: [{name: data, mountPath: /data}]
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """.replace("NAME", name);
    }

    private static JsonNode ready(String set) {
        return CLUSTER.await(
                "apps/v1",
                "StatefulSet",
                set,
                s -> s.at("/status/readyReplicas").asInt() == 1);
    }

    private static JsonNode pod(String name) {
        return CLUSTER.get("v1", "Pod", name);
    }

    private static void delete(String name) {
        CLUSTER.client().pods().inNamespace("default").withName(name).delete();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String runs(String claim) {
        try (Stream<Path> volumes = Files.list(CLUSTER.state().resolve("volumes"))) {
            return volumes.filter(v -> v.getFileName().toString().startsWith("default_" + claim + "_"))
                    .map(v -> read(v.resolve("runs")))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void setKeepsItsPodItsAddressAndItsClaim() {
        CLUSTER.create("""
                {apiVersion: v1, kind: Service, metadata: {name: members}, spec: {clusterIP: None, publishNotReadyAddresses: true,
                selector: {group: m}, ports: [{name: client, port: 2181}]}}
                """);
        CLUSTER.create(set("keep"));
        ready("keep");
        JsonNode first = pod("keep-0");
        String address = first.at("/status/podIP").asText();
        assertThat(CLUSTER.get("v1", "PersistentVolumeClaim", "data-keep-0")
                        .at("/status/phase")
                        .asText())
                .isEqualTo("Bound");
        Path hosts = CLUSTER.state().resolve("run/hosts");
        LocalClusterExtension.await(
                () -> read(hosts),
                h -> h.contains(address + " keep-0.members.default.svc.cluster.local keep-0.members.default.svc "));

        delete("keep-0");
        JsonNode second = CLUSTER.await(
                "v1",
                "Pod",
                "keep-0",
                p -> !p.at("/metadata/uid").equals(first.at("/metadata/uid"))
                        && LocalClusterExtension.isTrue(p, "Ready"));
        assertThat(second.at("/status/podIP").asText()).isEqualTo(address);
        LocalClusterExtension.await(() -> runs("data-keep-0"), r -> r.equals("x\nx\n"));
    }

    @Test
    void changedTemplateWaitsForTheDeletionOfThePod() {
        CLUSTER.create(set("change"));
        ready("change");
        CLUSTER.client()
                .apps()
                .statefulSets()
                .inNamespace("default")
                .withName("change")
                .edit(s -> {
                    s.getSpec().getTemplate().getMetadata().getLabels().put("new", "yes");
                    return s;
                });
        JsonNode changed = CLUSTER.await(
                "apps/v1",
                "StatefulSet",
                "change",
                s -> s.at("/status/observedGeneration").asInt() == 2);
        assertThat(changed.at("/status").has("updatedReplicas")).isFalse();
        delete("change-0");
        JsonNode done = CLUSTER.await(
                "apps/v1",
                "StatefulSet",
                "change",
                s -> s.at("/status/updatedReplicas").asInt() == 1);
        JsonNode pod = pod("change-0");
        assertThat(pod.at("/metadata/labels/new").asText()).isEqualTo("yes");
        assertThat(pod.at("/metadata/labels/controller-revision-hash")).isEqualTo(done.at("/status/updateRevision"));
    }

    @Test
    void killedProcessIsRestartedInPlace() throws Exception {
        CLUSTER.create(set("kill"));
        ready("kill");
        String id = pod("kill-0").at("/status/containerStatuses/0/containerID").asText();
        ProcessHandle.of(Long.parseLong(id.substring("process://".length())))
                .orElseThrow()
                .destroyForcibly();
        JsonNode restarted = CLUSTER.await(
                "v1",
                "Pod",
                "kill-0",
                p -> p.at("/status/containerStatuses/0/restartCount").asInt() == 1
                        && LocalClusterExtension.isTrue(p, "Ready"));
        assertThat(restarted
                        .at("/status/containerStatuses/0/lastState/terminated/exitCode")
                        .asInt())
                .isEqualTo(137);
        assertThat(CLUSTER.client()
                        .pods()
                        .inNamespace("default")
                        .withName("kill-0")
                        .getLog())
                .startsWith("started on 127.");
    }

    @Test
    void allGoesOnAfterTheEmbeddedModeWasStopped() throws Exception {
        CLUSTER.create(set("stop"));
        ready("stop");
        String address = pod("stop-0").at("/status/podIP").asText();
        JsonNode before = pod("stop-0").at("/status/containerStatuses/0/containerID");
        CLUSTER.stop();
        CLUSTER.start();
        assertThat(pod("stop-0").at("/status/containerStatuses/0/containerID"))
                .as("what was before is not told as what is")
                .isNotEqualTo(before);
        LocalClusterExtension.await(() -> runs("data-stop-0"), r -> r.equals("x\nx\n"));
        JsonNode pod = CLUSTER.await("v1", "Pod", "stop-0", p -> LocalClusterExtension.isTrue(p, "Ready"));
        assertThat(pod.at("/status/podIP").asText()).isEqualTo(address);
    }

    @Test
    void jobRunsInitContainersFirstAndReportsItsMessage() {
        CLUSTER.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {greeting: hello}}");
        CLUSTER.create("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: backup}
                spec:
                  backoffLimit: 0
                  template:
                    spec:
                      restartPolicy: Never
                      volumes: [{name: shared, emptyDir: {}}, {name: settings, configMap: {name: settings}}]
                      initContainers:
                      - {name: first, image: any, command: [cp, /settings/greeting, /shared/], volumeMounts: [{name: shared, mountPath: /shared}, {name: settings, mountPath: /settings}]}
                      containers:
                      - {name: main, image: any, command: [sh, -c, 'cat /shared/greeting > /dev/termination-log'], volumeMounts: [{name: shared, mountPath: /shared}]}
                """);
        CLUSTER.await("batch/v1", "Job", "backup", j -> LocalClusterExtension.isTrue(j, "Complete"));
        var pods = CLUSTER.client()
                .pods()
                .inNamespace("default")
                .withLabel("job-name", "backup")
                .list()
                .getItems();
        assertThat(pods).hasSize(1);
        assertThat(pods.getFirst().getStatus().getPhase()).isEqualTo("Succeeded");
        assertThat(pods.getFirst()
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getTerminated()
                        .getMessage())
                .isEqualTo("hello");
    }

    @Test
    void failingJobStopsAtItsLimit() {
        CLUSTER.create("""
                {apiVersion: batch/v1, kind: Job, metadata: {name: bad}, spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never,
                containers: [{name: main, image: any, command: [sh, -c, exit 3]}]}}}}
                """);
        JsonNode job = CLUSTER.await("batch/v1", "Job", "bad", j -> LocalClusterExtension.isTrue(j, "Failed"));
        assertThat(job.at("/status/failed").asInt()).isEqualTo(1);
    }

    @Test
    void environmentComesFromFieldsKeysAndEarlierVariables() {
        CLUSTER.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {k: from config}}");
        CLUSTER.create("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {k: c2VjcmV0}}");
        CLUSTER.create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: environment}
                spec:
                  restartPolicy: Never
                  containers:
                  - name: main
                    image: any
                    command: [sh, -c, 'echo "$IP $ID $CONFIG $SECRET ${NONE-none} $URL" > /dev/termination-log']
                    env:
                    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                    - {name: ID, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                    - {name: CONFIG, valueFrom: {configMapKeyRef: {name: c, key: k}}}
                    - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
                    - {name: NONE, valueFrom: {secretKeyRef: {name: none, key: k, optional: true}}}
                    - {name: URL, value: "http://$(ID)/$(UNKNOWN)/$$(IP)"}
                """);
        JsonNode pod = CLUSTER.await(
                "v1", "Pod", "environment", p -> p.at("/status/phase").asText().equals("Succeeded"));
        assertThat(pod.at("/status/containerStatuses/0/state/terminated/message")
                        .asText())
                .isEqualTo(pod.at("/status/podIP").asText()
                        + " environment from config secret none http://environment/$(UNKNOWN)/$(IP)\n");
    }

    @Test
    void whatThePodRefersToIsNamedWhereItIsMissing() {
        CLUSTER.create("""
                {apiVersion: v1, kind: Pod, metadata: {name: missing}, spec: {containers: [{name: main, image: any, command: [sh],
                env: [{name: A, valueFrom: {secretKeyRef: {name: none, key: k}}}]}]}}
                """);
        JsonNode pod = CLUSTER.await("v1", "Pod", "missing", p -> p.at("/status/containerStatuses/0/state/waiting")
                .has("message"));
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
                .isEqualTo("secret \"none\" not found");
    }

    @Test
    void startupThenReadinessThenLivenessDecide() throws Exception {
        Map<String, Integer> answers = new ConcurrentHashMap<>();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(
                    answers.getOrDefault(exchange.getRequestURI().getPath(), 503), -1);
            exchange.close();
        });
        server.start();
        try {
            answers.put("/live", 200);
            String probe = "{httpGet: {host: 127.0.0.1, port: "
                    + server.getAddress().getPort() + ", path: %s}, periodSeconds: 1, failureThreshold: %d}";
            CLUSTER.create("""
                    {apiVersion: v1, kind: Pod, metadata: {name: probes}, spec: {terminationGracePeriodSeconds: 1, containers: [
                    {name: main, image: any, command: [sleep, '600'], startupProbe: %s, readinessProbe: %s, livenessProbe: %s}]}}
                    """.formatted(
                    probe.formatted("/started", 600), probe.formatted("/ready", 1), probe.formatted("/live", 1)));
            Predicate<JsonNode> started =
                    p -> p.at("/status/containerStatuses/0/started").asBoolean();
            Predicate<JsonNode> ready = p -> LocalClusterExtension.isTrue(p, "Ready");
            JsonNode running = CLUSTER.await(
                    "v1", "Pod", "probes", p -> p.at("/status/phase").asText().equals("Running"));
            assertThat(started.test(running)).isFalse();
            answers.put("/started", 200);
            assertThat(ready.test(CLUSTER.await("v1", "Pod", "probes", started)))
                    .isFalse();
            answers.put("/ready", 200);
            CLUSTER.await("v1", "Pod", "probes", ready);
            answers.put("/ready", 503);
            CLUSTER.await("v1", "Pod", "probes", ready.negate());
            answers.put("/live", 500);
            CLUSTER.await(
                    "v1",
                    "Pod",
                    "probes",
                    p -> p.at("/status/containerStatuses/0/restartCount").asInt() == 1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        String pod =
                "{apiVersion: v1, kind: Pod, metadata: {name: bad}, spec: {containers: [{name: main, image: any, command: [sh]PROBE}]MORE}}";
        refused(
                pod.replace("PROBE", "").replace("MORE", ", volumes: [{name: v, hostPath: {path: /}}]"),
                "spec.volumes[0]: Invalid value: \"object\": the embedded mode has volumes of configMap, secret, emptyDir and"
                        + " persistentVolumeClaim only");
        refused(
                pod.replace("PROBE", ", livenessProbe: {exec: {command: [ls]}}").replace("MORE", ""),
                "spec.containers[0].livenessProbe: Invalid value: \"object\": the embedded mode has probes by httpGet only");
        refused(
                pod.replace("PROBE", ", env: [{name: E, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a']\"}}}]")
                        .replace("MORE", ""),
                "spec.containers[0].env[0]: Invalid value: \"object\": the embedded mode has no fieldRef to a label or an"
                        + " annotation");
        refused(
                set("many").replace("replicas: 1", "replicas: 2"),
                "spec.replicas: Invalid value: \"object\": the embedded mode has stateful sets of at most one replica");
        refused(
                set("rolling").replace("OnDelete", "RollingUpdate"),
                "spec.updateStrategy.type: Invalid value: \"object\": the embedded mode has updateStrategy OnDelete only");
    }

    private static void refused(String yaml, String message) {
        assertThatThrownBy(() -> CLUSTER.create(yaml)).hasMessageContaining(message);
    }

    @Test
    void podWaitsForItsClaim() {
        CLUSTER.create("""
                {apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {volumes: [{name: v, persistentVolumeClaim: {claimName: later}}],
                containers: [{name: main, image: any, command: [sleep, '600']}]}}
                """);
        JsonNode pod = CLUSTER.await("v1", "Pod", "waits", p -> p.at("/status/containerStatuses/0/state/waiting")
                .has("message"));
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
                .isEqualTo("persistentvolumeclaim \"later\" not found");
        CLUSTER.create(
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: later}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        CLUSTER.await("v1", "Pod", "waits", p -> LocalClusterExtension.isTrue(p, "Ready"));
    }
}
