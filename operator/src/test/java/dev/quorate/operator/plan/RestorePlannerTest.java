package dev.quorate.operator.plan;

import static dev.quorate.operator.plan.Examples.CREATED;
import static dev.quorate.operator.plan.Examples.completedBackup;
import static dev.quorate.operator.plan.Examples.copy;
import static dev.quorate.operator.plan.Examples.deleted;
import static dev.quorate.operator.plan.Examples.ensemble;
import static dev.quorate.operator.plan.Examples.restore;
import static dev.quorate.operator.plan.Examples.serving;
import static dev.quorate.operator.plan.Examples.unfinishedBackup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestoreStatus.Result;
import dev.quorate.operator.observe.ClaimState;
import dev.quorate.operator.observe.ObservedRestore;
import dev.quorate.operator.observe.ObservedRestore.Contents;
import dev.quorate.operator.observe.ObservedRestore.Done;
import dev.quorate.operator.observe.ObservedRestore.Failed;
import dev.quorate.operator.observe.ObservedRestore.Running;
import dev.quorate.operator.observe.ObservedRestore.Seed;
import dev.quorate.operator.observe.ObservedRestore.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestorePlannerTest {
    private static final Instant NOW = CREATED.plusSeconds(60);
    private static final Instant TOO_LATE = CREATED.plusSeconds(601);

    private static ObservedRestore observed(
            @Nullable EnsembleBackup backup, ClaimState claim, @Nullable Ensemble destination) {
        return new ObservedRestore(
                Optional.ofNullable(backup),
                Optional.empty(),
                claim,
                Optional.ofNullable(destination),
                List.of(),
                List.of());
    }

    private static ObservedRestore following(Ensemble destination, List<State> seeds, Contents... contents) {
        List<Seed> named = new ArrayList<>();
        for (State seed : seeds) {
            int number = named.size() + 1;
            named.add(new Seed("copy-m" + number, "node-" + number, seed));
        }
        return new ObservedRestore(
                Optional.of(completedBackup()),
                Optional.empty(),
                ClaimState.Writable,
                Optional.of(destination),
                named,
                List.of(contents));
    }

    private static Contents holds(int member, long zxid, long digest, long znodes) {
        return new Contents("copy-m" + member, zxid, digest, znodes);
    }

    static Stream<Arguments> beforeTheEnsembleIsMade() {
        EnsembleBackup done = completedBackup();
        EnsembleBackup running = unfinishedBackup("Running", null);
        Ensemble foreign = ensemble("copy", "Serving", "copy-m1", true);
        return Stream.of(
                arguments("no backup", null, ClaimState.Missing, null, NOW, "Wait BackupNotFound"),
                arguments("no backup", null, ClaimState.Missing, null, TOO_LATE, "Reject BackupNotFound"),
                arguments("backup runs", running, ClaimState.Missing, null, NOW, "Wait BackupNotCompleted"),
                arguments(
                        "backup failed",
                        unfinishedBackup("Failed", "disk full"),
                        ClaimState.Missing,
                        null,
                        NOW,
                        "Reject BackupUnusable"),
                arguments("no claim", done, ClaimState.Missing, null, NOW, "Wait ClaimNotFound"),
                arguments("no claim", done, ClaimState.Missing, null, TOO_LATE, "Reject ClaimNotFound"),
                arguments("claim lost", done, ClaimState.Lost, null, NOW, "Reject ClaimLost"),
                arguments("claim to be read", done, ClaimState.ReadOnly, null, NOW, "Create copy"),
                arguments("claim for a node", done, ClaimState.OneNode, null, NOW, "Create copy"),
                arguments("claim for a pod", done, ClaimState.OnePod, null, NOW, "Reject ClaimForOnePod"),
                arguments("all there", done, ClaimState.Writable, null, NOW, "Create copy"),
                arguments("name taken", done, ClaimState.Writable, foreign, NOW, "Reject DestinationExists"),
                arguments("name taken, no backup", null, ClaimState.Missing, foreign, NOW, "Reject DestinationExists"),
                arguments("made already", done, ClaimState.Writable, copy(false), NOW, "Seeding"));
    }

    @ParameterizedTest(name = "{0} at {4}: {5}")
    @MethodSource
    void beforeTheEnsembleIsMade(
            String name,
            @Nullable EnsembleBackup backup,
            ClaimState claim,
            @Nullable Ensemble destination,
            Instant now,
            String expected) {
        assertThat(text(RestorePlanner.plan(restore(), observed(backup, claim, destination), now)))
                .isEqualTo(expected);
    }

    static Stream<Arguments> whileTheEnsembleComesUp() {
        State done = new Done();
        State waits = new Running("ErrImagePull");
        State broken = new Failed(1, "snapshot.700000009: sha256 differs");
        State killed = new Failed(137, "");
        List<State> all = List.of(done, done, done);
        Contents one = holds(1, 0x40700000003L, 5, 13);
        return Stream.of(
                arguments("no pod yet", following(copy(false), List.of()), "Seeding"),
                arguments("pods wait", following(copy(false), List.of(waits, done)), "Seeding"),
                arguments("one is killed", following(copy(false), List.of(killed, done, done)), "Seeding"),
                arguments("one fails", following(copy(false), List.of(done, broken)), "Fail SeedingFailed"),
                arguments("all are seeded", following(copy(false), all), "Starting"),
                arguments("ready, nobody says", following(copy(true), all), "Verifying"),
                arguments("ready, no pod of the seeding left", following(copy(true), List.of()), "Verifying"),
                arguments(
                        "one is behind",
                        following(
                                copy(true), all, one, holds(2, 0x40700000002L, 4, 12), holds(3, 0x40700000003L, 5, 13)),
                        "Verifying"),
                arguments(
                        "trees differ",
                        following(
                                copy(true), all, one, holds(2, 0x40700000003L, 6, 13), holds(3, 0x40700000003L, 5, 13)),
                        "Fail ContentsDiffer"),
                arguments(
                        "fewer than in the backup",
                        following(
                                copy(true),
                                all,
                                holds(1, 0x40700000003L, 5, 11),
                                holds(2, 0x40700000003L, 5, 11),
                                holds(3, 0x40700000003L, 5, 11)),
                        "Fail ContentsDiffer"),
                arguments(
                        "equal everywhere",
                        following(
                                copy(true), all, one, holds(2, 0x40700000003L, 5, 13), holds(3, 0x40700000003L, 5, 13)),
                        "Complete " + new Result(13L, 2L, 9L)),
                arguments("going away", following(deleted(copy(false)), all), "Fail DestinationDeleted"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void whileTheEnsembleComesUp(String name, ObservedRestore observed, String expected) {
        assertThat(text(RestorePlanner.plan(restore("Seeding"), observed, NOW))).isEqualTo(expected);
    }

    /// Nothing else tells of it: the pods of the other nodes just wait for the volume.
    @Test
    void claimOfOneNodeIsNamedWhileMembersOnOthersWaitForIt() {
        ObservedRestore apart = following(copy(false), List.of(new Done(), new Running("")));
        ObservedRestore observed = new ObservedRestore(
                apart.backup(), apart.source(), ClaimState.OneNode, apart.destination(), apart.seeds(), List.of());
        assertThat(RestorePlanner.plan(restore("Seeding"), observed, NOW))
                .isInstanceOfSatisfying(RestoreStep.Follow.class, step -> assertThat(step.message())
                        .contains("the members are on 2 nodes")
                        .contains("ReadWriteOnce"));
    }

    @Test
    void restoreThatTakesTooLongFailsAndSaysWhereItStood() {
        ObservedRestore observed = following(copy(false), List.of(new Running("no node has room"), new Done()));
        assertThat(RestorePlanner.plan(restore("Seeding"), observed, TOO_LATE))
                .isEqualTo(new RestoreStep.Fail(
                        "TimedOut",
                        "not finished within 10m: 1 of 3 members hold the backup; copy-m1 waits: no node has room"));
    }

    @Test
    void ensembleThatIsGoneOrAnothersAfterTheStartFailsTheRestore() {
        ObservedRestore gone = observed(completedBackup(), ClaimState.Writable, null);
        ObservedRestore foreign = observed(completedBackup(), ClaimState.Writable, ensemble("copy", null, null, false));
        assertThat(text(RestorePlanner.plan(restore("Seeding"), gone, NOW))).isEqualTo("Fail DestinationDeleted");
        assertThat(text(RestorePlanner.plan(restore("Starting"), foreign, NOW))).isEqualTo("Fail DestinationReplaced");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Completed", "Failed", "Rejected"})
    void finishedRestoreIsNotTouchedWhateverIsObserved(String phase) {
        ObservedRestore observed = observed(completedBackup(), ClaimState.Writable, null);
        assertThat(RestorePlanner.plan(restore(phase), observed, NOW)).isEqualTo(new RestoreStep.Inert());
    }

    @Test
    void newEnsembleStartsAboveEveryEpochThatClientsMayHaveSeen() {
        ObservedRestore sourceAlive = new ObservedRestore(
                Optional.of(completedBackup()),
                Optional.of(serving("prod-m1")),
                ClaimState.Writable,
                Optional.empty(),
                List.of(),
                List.of());
        assertThat(epochAbove(sourceAlive)).as("the source leads in epoch 9").isEqualTo(9);
        assertThat(epochAbove(observed(completedBackup(), ClaimState.Writable, null)))
                .as("the backup was taken in epoch 7")
                .isEqualTo(7);
    }

    private static long epochAbove(ObservedRestore observed) {
        RestoreStep.Create create = (RestoreStep.Create) RestorePlanner.plan(restore(), observed, NOW);
        assertThat(create.ensemble().getSpec().recoveryBackup()).contains("b1");
        return create.ensemble().getSpec().bootstrap().recovery().epochAbove();
    }

    private static String text(RestoreStep step) {
        return switch (step) {
            case RestoreStep.Inert inert -> "Inert";
            case RestoreStep.Wait wait -> "Wait " + wait.reason();
            case RestoreStep.Create create ->
                "Create " + create.ensemble().getMetadata().getName();
            case RestoreStep.Follow follow -> follow.phase().name();
            case RestoreStep.Complete complete -> "Complete " + complete.result();
            case RestoreStep.Fail fail -> "Fail " + fail.reason();
            case RestoreStep.Reject reject -> "Reject " + reject.reason();
        };
    }
}
