package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes (small shell scripts), an in-memory API.
final class LocalRuntimeTest {
    private final InMemoryCluster cluster = new InMemoryCluster();

    @TempDir
    private Path state;

    private AddressBlock block;
    private ProcessLedger ledger;
    private LocalRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        block = AddressBlock.take(state.resolve("block"));
        ledger = ProcessLedger.open(state.resolve("processes"));
        runtime = LocalRuntime.start(cluster, state, block, ledger, new ImageMap(Map.of()));
    }

    @AfterEach
    void stop() throws Exception {
        runtime.close();
        ledger.close();
        block.close();
        assertThat(state.resolve("processes")).isEmptyDirectory();
    }

    private ObjectNode create(Kind kind, String yaml) throws Exception {
        return cluster.create(kind, (ObjectNode) new YAMLMapper().readTree(yaml))
                .orElseThrow();
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private JsonNode status(Kind kind, String name) {
        return cluster.get(kind, "default", name).map(o -> o.path("status")).orElse(Json.object());
    }

    private static final String SET = """
            metadata: {name: m1, namespace: default}
            spec:
              serviceName: members
              replicas: 1
              podManagementPolicy: Parallel
              updateStrategy: {type: OnDelete}
              selector: {matchLabels: {app: m}}
              template:
                metadata: {labels: {app: m}}
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
            """;

    @Test
    void setKeepsItsPodItsAddressAndItsClaim() throws Exception {
        create(Kind.SERVICE, """
                metadata: {name: members, namespace: default}
                spec: {clusterIP: None, publishNotReadyAddresses: true, selector: {app: m}, ports: [{name: client, port: 2181}]}
                """);
        create(Kind.STATEFUL_SET, SET);
        await(() -> status(Kind.STATEFUL_SET, "m1").path("readyReplicas").asInt() == 1, "ready");
        ObjectNode first = cluster.get(Kind.POD, "default", "m1-0").orElseThrow();
        String address = first.at("/status/podIP").asText();
        assertThat(status(Kind.CLAIM, "data-m1-0").path("phase").asText()).isEqualTo("Bound");
        await(
                () -> read(runtime.hostsFile("default"))
                        .contains(address + " m1-0.members.default.svc.cluster.local\n"),
                "name of the pod");

        cluster.delete(Kind.POD, first);
        await(
                () -> cluster.get(Kind.POD, "default", "m1-0")
                        .filter(p -> !Json.uid(p).equals(Json.uid(first)) && Json.podReady(p))
                        .isPresent(),
                "replacement");
        assertThat(status(Kind.POD, "m1-0").path("podIP").asText()).isEqualTo(address);
        Path data = Claims.folderOf(
                state.resolve("volumes"),
                cluster.get(Kind.CLAIM, "default", "data-m1-0").orElseThrow());
        await(() -> read(data.resolve("runs")).equals("x\nx\n"), "data of both runs");
    }

    @Test
    void killedProcessIsRestartedInPlace() throws Exception {
        create(Kind.STATEFUL_SET, SET);
        await(() -> status(Kind.STATEFUL_SET, "m1").path("readyReplicas").asInt() == 1, "ready");
        String id =
                status(Kind.POD, "m1-0").at("/containerStatuses/0/containerID").asText();
        ProcessHandle.of(Long.parseLong(id.substring("process://".length())))
                .orElseThrow()
                .destroyForcibly();
        await(
                () -> status(Kind.POD, "m1-0")
                                        .at("/containerStatuses/0/restartCount")
                                        .asInt()
                                == 1
                        && Json.podReady(
                                cluster.get(Kind.POD, "default", "m1-0").orElseThrow()),
                "restart");
        assertThat(status(Kind.POD, "m1-0")
                        .at("/containerStatuses/0/lastState/terminated/exitCode")
                        .asInt())
                .isEqualTo(137);
    }

    @Test
    void jobRunsInitContainersFirstAndReportsItsMessage() throws Exception {
        create(Kind.CONFIG_MAP, "{metadata: {name: settings, namespace: default}, data: {greeting: hello}}");
        create(Kind.JOB, """
                metadata: {name: backup, namespace: default}
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
        await(
                () -> Json.conditionIs(
                        cluster.get(Kind.JOB, "default", "backup").orElseThrow(), "Complete", "True"),
                "complete");
        List<ObjectNode> pods = cluster.list(Kind.POD);
        assertThat(pods).hasSize(1);
        assertThat(pods.getFirst().at("/status/phase").asText()).isEqualTo("Succeeded");
        assertThat(pods.getFirst()
                        .at("/status/containerStatuses/0/state/terminated/message")
                        .asText())
                .isEqualTo("hello");
    }

    @Test
    void failingJobStopsAtItsLimit() throws Exception {
        create(Kind.JOB, """
                metadata: {name: bad, namespace: default}
                spec:
                  backoffLimit: 0
                  template:
                    spec: {restartPolicy: Never, containers: [{name: main, image: any, command: [sh, -c, exit 3]}]}
                """);
        await(
                () -> Json.conditionIs(cluster.get(Kind.JOB, "default", "bad").orElseThrow(), "Failed", "True"),
                "failed");
        assertThat(status(Kind.JOB, "bad").path("failed").asInt()).isEqualTo(1);
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() throws Exception {
        create(Kind.POD, """
                metadata: {name: p, namespace: default}
                spec: {volumes: [{name: v, hostPath: {path: /}}], containers: [{name: main, image: any, command: [sh]}]}
                """);
        await(() -> !status(Kind.POD, "p").path("conditions").isEmpty(), "condition");
        assertThat(status(Kind.POD, "p").at("/conditions/0/message").asText())
                .isEqualTo("the embedded mode does not support spec.volumes[v].hostPath");
    }

    @Test
    void podWaitsForItsClaim() throws Exception {
        create(Kind.POD, """
                metadata: {name: p, namespace: default}
                spec:
                  volumes: [{name: v, persistentVolumeClaim: {claimName: later}}]
                  containers: [{name: main, image: any, command: [sleep, '60']}]
                """);
        await(() -> !status(Kind.POD, "p").path("conditions").isEmpty(), "condition");
        assertThat(status(Kind.POD, "p").at("/conditions/0/message").asText())
                .isEqualTo("persistentvolumeclaim \"later\" not found");
        create(
                Kind.CLAIM,
                "{metadata: {name: later, namespace: default}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}");
        await(() -> Json.podReady(cluster.get(Kind.POD, "default", "p").orElseThrow()), "ready");
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
