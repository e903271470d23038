package dev.quorate.operator.plan;

import static dev.quorate.operator.plan.Examples.CREATED;
import static dev.quorate.operator.plan.Examples.backup;
import static dev.quorate.operator.plan.Examples.deleted;
import static dev.quorate.operator.plan.Examples.ensemble;
import static dev.quorate.operator.plan.Examples.serving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.operator.desired.BackupId;
import dev.quorate.operator.observe.BackupAttempt;
import dev.quorate.operator.observe.ClaimState;
import dev.quorate.operator.observe.ObservedBackup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupPlannerTest {
    private static final Instant EARLY = CREATED.plusSeconds(1);
    private static final Instant LATER = CREATED.plusSeconds(60);
    private static final Instant TOO_LATE = CREATED.plusSeconds(601);

    private static ObservedBackup observed(@Nullable Ensemble ensemble, ClaimState claim, BackupAttempt... attempts) {
        return new ObservedBackup(Optional.ofNullable(ensemble), claim, List.of(attempts));
    }

    private static BackupAttempt attempt(int number, String member, BackupAttempt.State state) {
        return new BackupAttempt(number, member, CREATED.plusSeconds(number), state);
    }

    private static BackupAttempt failed(int number, String member, int code, String message) {
        return attempt(number, member, new BackupAttempt.Failed(code, message, CREATED.plusSeconds(59)));
    }

    private static String report(EnsembleBackup backup, int attempt) {
        return "{\"format\":1,\"backupId\":\"" + BackupId.of(backup.getMetadata(), attempt)
                + "\",\"zxid\":\"0x700000009\",\"epoch\":7,\"time\":null,\"znodes\":12,\"bytes\":4000,"
                + "\"ephemeralsStripped\":2,\"sessionsStripped\":1,\"touchedParents\":1,"
                + "\"file\":\"version-2/snapshot.700000009\",\"sha256\":\"abc\"}";
    }

    /// What stands in the way of the first attempt, when, and what comes of it.
    static Stream<Arguments> beforeTheFirstAttempt() {
        Ensemble noLeader = ensemble("prod", "NoLeader", null, false);
        Ensemble unknown = ensemble("prod", null, null, false);
        return Stream.of(
                arguments("no ensemble", null, ClaimState.Writable, EARLY, "Wait EnsembleNotFound"),
                arguments("no ensemble", null, ClaimState.Writable, TOO_LATE, "Reject EnsembleNotFound"),
                arguments("deleted", deleted(serving("prod-m2")), ClaimState.Writable, EARLY, "Reject EnsembleDeleted"),
                arguments("no quorum", noLeader, ClaimState.Writable, LATER, "Wait NoQuorum"),
                arguments("no quorum", noLeader, ClaimState.Writable, TOO_LATE, "Reject NoQuorum"),
                arguments("no status yet", unknown, ClaimState.Writable, EARLY, "Wait NoQuorum"),
                arguments("leader unknown", serving("prod-m9"), ClaimState.Writable, EARLY, "Wait NoQuorum"),
                arguments("no claim yet", serving("prod-m2"), ClaimState.Missing, EARLY, "Wait ClaimNotFound"),
                arguments("no claim", serving("prod-m2"), ClaimState.Missing, LATER, "Fail ClaimNotFound"),
                arguments("claim goes", serving("prod-m2"), ClaimState.Lost, EARLY, "Fail ClaimLost"),
                arguments("claim read-only", serving("prod-m2"), ClaimState.ReadOnly, EARLY, "Fail ClaimReadOnly"),
                arguments("all there", serving("prod-m2"), ClaimState.Writable, LATER, "Start 1 prod-m2 PT10M"));
    }

    @ParameterizedTest(name = "{0} at {3}: {4}")
    @MethodSource
    void beforeTheFirstAttempt(
            String name, @Nullable Ensemble ensemble, ClaimState claim, Instant now, String expected) {
        assertThat(text(BackupPlanner.plan(backup(), observed(ensemble, claim), now)))
                .isEqualTo(expected);
    }

    /// How the attempts stand, who leads now, when, and what comes of it.
    static Stream<Arguments> afterAnAttempt() {
        BackupAttempt running = attempt(1, "prod-m2", new BackupAttempt.Running(""));
        BackupAttempt lost = attempt(1, "prod-m2", new BackupAttempt.Lost("gone", CREATED.plusSeconds(40)));
        Ensemble same = serving("prod-m2");
        Ensemble other = serving("prod-m3");
        Ensemble none = ensemble("prod", "NoLeader", null, false);
        return Stream.of(
                arguments("it runs", same, LATER, "Follow 1", List.of(running)),
                arguments("it runs, ensemble gone", null, LATER, "Follow 1", List.of(running)),
                arguments("disk full", same, LATER, "Fail BackupFailed", List.of(failed(1, "prod-m2", 1, "full"))),
                arguments(
                        "leader changed",
                        other,
                        LATER,
                        "Start 2 prod-m3 PT9M1S",
                        List.of(failed(1, "prod-m2", 75, ""))),
                arguments("same leader, soon", same, LATER, "Follow 1", List.of(failed(1, "prod-m2", 75, "no"))),
                arguments(
                        "same leader, later",
                        same,
                        LATER.plusSeconds(10),
                        "Start 2 prod-m2 PT8M51S",
                        List.of(failed(1, "prod-m2", 75, "no"))),
                arguments(
                        "no leader now",
                        none,
                        LATER.plusSeconds(99),
                        "Follow 1",
                        List.of(failed(1, "prod-m2", 75, "no"))),
                arguments("killed", other, LATER, "Start 2 prod-m3 PT9M1S", List.of(failed(1, "prod-m2", 137, ""))),
                arguments("pod lost", other, LATER, "Start 2 prod-m3 PT9M1S", List.of(lost)),
                arguments(
                        "fifth attempt",
                        other,
                        LATER,
                        "Fail AttemptsExhausted",
                        List.of(failed(1, "prod-m2", 75, ""), failed(5, "prod-m2", 75, ""))),
                arguments("out of time", other, TOO_LATE, "Fail TimedOut", List.of(failed(1, "prod-m2", 75, ""))),
                arguments(
                        "deadline of the Job",
                        same,
                        LATER,
                        "Fail TimedOut",
                        List.of(attempt(1, "prod-m2", new BackupAttempt.TimedOut()))),
                arguments(
                        "whole",
                        null,
                        LATER,
                        "Complete 1 12",
                        List.of(attempt(1, "prod-m2", new BackupAttempt.Succeeded(report(backup(), 1), LATER)))),
                arguments(
                        "whole at the second attempt",
                        same,
                        LATER,
                        "Complete 2 12",
                        List.of(
                                failed(1, "prod-m2", 75, ""),
                                attempt(2, "prod-m3", new BackupAttempt.Succeeded(report(backup(), 2), LATER)))),
                arguments(
                        "report of another backup",
                        same,
                        LATER,
                        "Fail ReportUnreadable",
                        List.of(attempt(1, "prod-m2", new BackupAttempt.Succeeded(report(backup(), 2), LATER)))),
                arguments(
                        "no report",
                        same,
                        LATER,
                        "Fail ReportUnreadable",
                        List.of(attempt(1, "prod-m2", new BackupAttempt.Succeeded("done", LATER)))));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource
    void afterAnAttempt(
            String name, @Nullable Ensemble ensemble, Instant now, String expected, List<BackupAttempt> attempts) {
        ObservedBackup observed = new ObservedBackup(Optional.ofNullable(ensemble), ClaimState.Writable, attempts);
        assertThat(text(BackupPlanner.plan(backup(), observed, now))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Completed", "Failed", "Rejected"})
    void finishedBackupIsNotTouchedWhateverIsObserved(String phase) {
        EnsembleBackup backup = Examples.unfinishedBackup(phase, "");
        ObservedBackup observed = observed(serving("prod-m2"), ClaimState.Writable);
        assertThat(BackupPlanner.plan(backup, observed, LATER)).isEqualTo(new BackupStep.Inert());
    }

    @Test
    void failureSaysWhatTheVerbSaid() {
        ObservedBackup observed = observed(
                serving("prod-m2"), ClaimState.Writable, failed(1, "prod-m2", 1, "/backup: No space left on device"));
        assertThat(BackupPlanner.plan(backup(), observed, LATER))
                .isEqualTo(new BackupStep.Fail("BackupFailed", "/backup: No space left on device"));
    }

    private static String text(BackupStep step) {
        return switch (step) {
            case BackupStep.Inert inert -> "Inert";
            case BackupStep.Wait wait -> "Wait " + wait.reason();
            case BackupStep.Start start ->
                "Start " + start.attempt() + " " + start.leader().name() + " " + start.deadline();
            case BackupStep.Follow follow -> "Follow " + follow.attempt().number();
            case BackupStep.Complete complete ->
                "Complete " + complete.attempt().number() + " "
                        + complete.report().znodes();
            case BackupStep.Fail fail -> "Fail " + fail.reason();
            case BackupStep.Reject reject -> "Reject " + reject.reason();
        };
    }
}
