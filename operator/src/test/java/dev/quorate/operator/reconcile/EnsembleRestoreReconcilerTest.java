package dev.quorate.operator.reconcile;

import static dev.quorate.operator.plan.Examples.completedBackup;
import static dev.quorate.operator.plan.Examples.copy;
import static dev.quorate.operator.plan.Examples.ensemble;
import static dev.quorate.operator.plan.Examples.restore;
import static dev.quorate.operator.plan.Examples.serving;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import dev.quorate.operator.observe.RestoreObserver;
import dev.quorate.operator.status.Kstatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnsembleRestoreReconcilerTest {
    private final List<HttpServer> admins = new ArrayList<>();
    /// Loopback addresses of our own, for the admin port is the same on every pod.
    private final String block = "127." + ThreadLocalRandom.current().nextInt(100, 250) + "."
            + ThreadLocalRandom.current().nextInt(1, 250);

    private EmbeddedApi api;
    private Operator operator;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        api = new EmbeddedApi(folder);
        operator = operator();
    }

    @AfterEach
    void stop() throws IOException {
        operator.stop();
        api.close();
        admins.forEach(a -> a.stop(0));
    }

    private Operator operator() {
        return api.operator(
                new EnsembleRestoreReconciler(api.client, new RestoreObserver(api.client, EmbeddedApi.settings())));
    }

    private EnsembleRestore awaitPhase(String phase) {
        return api.await(
                EnsembleRestore.class,
                "r1",
                r -> r.getStatus() != null && phase.equals(r.getStatus().phase()));
    }

    private void sourceIsThere() {
        api.claim("store");
        EnsembleBackup backup = completedBackup();
        EnsembleBackupStatus status = backup.getStatus();
        EnsembleBackup created = api.create(backup);
        created.setStatus(status);
        api.client.resource(created).patchStatus();
    }

    /// A member whose volume was seeded, with an admin server that says what it holds.
    private void memberServes(int id, long znodes) throws IOException {
        String address = block + "." + id;
        HttpServer admin = HttpServer.create(new InetSocketAddress(address, 8080), 5);
        answer(admin, "server_stats", "{\"node_count\":" + znodes + ",\"server_stats\":{\"last_processed_zxid\":42}}");
        answer(admin, "hash", "{\"digests\":[{\"zxid\":42,\"digest\":-77,\"digest_version\":2}]}");
        admin.start();
        admins.add(admin);
        Pod pod = pod(id);
        pod.setStatus(new PodStatusBuilder(pod.getStatus())
                .withPodIP(address)
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .build());
        api.client.resource(pod).patchStatus();
    }

    private static void answer(HttpServer admin, String command, String json) {
        admin.createContext("/commands/" + command, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private Pod pod(int id) {
        return api.client
                .pods()
                .inNamespace(EmbeddedApi.NAMESPACE)
                .withName("copy-m" + id + "-0")
                .get();
    }

    /// The pod of a member whose init container has ended.
    private void memberSeeded(int id, int exitCode, String message) {
        Pod created = api.create(new PodBuilder()
                .withNewMetadata()
                .withName("copy-m" + id + "-0")
                .withLabels(Map.of("quorate.dev/ensemble", "copy"))
                .endMetadata()
                .withNewSpec()
                .addNewInitContainer()
                .withName("restore")
                .withImage("quorate/ensemble-server:test")
                .endInitContainer()
                .addNewContainer()
                .withName("server")
                .withImage("quorate/ensemble-server:test")
                .endContainer()
                .endSpec()
                .build());
        created.setStatus(new PodStatusBuilder()
                .withPhase("Pending")
                .addNewInitContainerStatus()
                .withName("restore")
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withMessage(message)
                .endTerminated()
                .endState()
                .endInitContainerStatus()
                .build());
        api.client.resource(created).patchStatus();
    }

    @Test
    void newEnsembleIsMadeFollowedAndComparedUntilTheRestoreIsCompleted() throws IOException {
        sourceIsThere();
        api.ensemble(serving("prod-m2"));
        api.create(restore());
        Ensemble made = api.await(Ensemble.class, "copy", e -> true);
        assertThat(made.getSpec().bootstrap().recovery().source().backupRef().name())
                .isEqualTo("b1");
        assertThat(made.getSpec().bootstrap().recovery().epochAbove())
                .as("the source is in epoch 9, the backup in 7")
                .isEqualTo(9);
        assertThat(made.getMetadata().getOwnerReferences())
                .as("it outlives the restore")
                .isEmpty();
        assertThat(awaitPhase("Seeding").getStatus().resolved())
                .isEqualTo(new EnsembleRestoreStatus.Resolved("01JD", "0x700000009"));

        for (int id = 1; id <= 3; id++) {
            memberSeeded(id, 0, "{\"backupId\":\"01JD\"}");
        }
        awaitPhase("Starting");
        operator.stop();
        operator = operator();
        made.setStatus(copy(true).getStatus());
        made.getMetadata().setResourceVersion(null);
        api.client.resource(made).patchStatus();
        memberServes(1, 13);
        memberServes(2, 13);
        EnsembleRestore verifying = awaitPhase("Verifying");
        assertThat(verifying.getStatus().result()).isNull();
        memberServes(3, 13);

        EnsembleRestore done = awaitPhase("Completed");
        assertThat(done.getStatus().result()).isEqualTo(new EnsembleRestoreStatus.Result(13L, 2L, 9L));
        assertThat(Kstatus.of(
                        done.getMetadata().getGeneration(),
                        done.getStatus().observedGeneration(),
                        done.getStatus().conditionsOrEmpty()))
                .isEqualTo("Current");
        api.client.resource(done).delete();
        api.awaitGone(EnsembleRestore.class, "r1");
        assertThat(api.client.resource(made).get()).as("the ensemble stays").isNotNull();
    }

    @Test
    void ensembleOfThatNameThatIsNotOursIsNotTouched() {
        sourceIsThere();
        Ensemble foreign = api.ensemble(ensemble("copy", "Serving", "copy-m1", true));
        api.create(restore());
        EnsembleRestore rejected = awaitPhase("Rejected");
        assertThat(rejected.getStatus().error())
                .isEqualTo("Ensemble copy exists and was not made by this restore; nothing was touched");
        assertThat(api.client.resource(foreign).get()).isEqualTo(foreign);
        assertThat(api.events("r1")).contains("Warning DestinationExists");
    }

    @Test
    void memberThatCannotBeSeededFailsTheRestoreWithWhatTheVerbSaid() {
        sourceIsThere();
        api.create(restore());
        api.await(Ensemble.class, "copy", e -> true);
        memberSeeded(2, 1, "quorate-server: /backup/01JD/version-2/snapshot.700000009: sha256 differs\n");
        EnsembleRestore failed = awaitPhase("Failed");
        assertThat(failed.getStatus().error())
                .isEqualTo("copy-m2: quorate-server: /backup/01JD/version-2/snapshot.700000009: sha256 differs");
        assertThat(Kstatus.of(
                        1,
                        failed.getStatus().observedGeneration(),
                        failed.getStatus().conditionsOrEmpty()))
                .isEqualTo("Failed");
    }

    @Test
    void restoreWaitsForItsBackup() {
        api.create(restore());
        assertThat(awaitPhase("Pending")
                        .getStatus()
                        .conditionsOrEmpty()
                        .getFirst()
                        .getMessage())
                .isEqualTo("EnsembleBackup b1 does not exist");
        sourceIsThere();
        api.await(Ensemble.class, "copy", e -> true);
    }
}
