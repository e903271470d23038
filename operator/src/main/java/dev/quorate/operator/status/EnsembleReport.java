package dev.quorate.operator.status;

import dev.quorate.crds.ensemble.CountStatus;
import dev.quorate.crds.ensemble.EndpointsStatus;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleStatus;
import dev.quorate.crds.ensemble.MemberStatus;
import dev.quorate.crds.ensemble.QuorumStatus;
import dev.quorate.crds.ensemble.VersionStatus;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.ObservedMember;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import dev.quorate.operator.observe.ServerFacts;
import dev.quorate.operator.plan.EnsemblePlan;
import dev.quorate.operator.plan.EnsemblePlanner;
import dev.quorate.operator.plan.Progress;
import dev.quorate.operator.plan.QuorumJudge;
import dev.quorate.operator.plan.RestartReason;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an Ensemble says of itself, from what was observed and planned.
public final class EnsembleReport {
    public static final String QUORUM_AVAILABLE = "QuorumAvailable";
    public static final String MEMBERS_READY = "MembersReady";
    public static final String DATA_INTACT = "DataIntact";

    private final Ensemble ensemble;
    private final EnsembleStatus before;
    private final Observed observed;
    private final EnsemblePlan plan;
    private final QuorumJudge judge;
    private final Instant now;

    private EnsembleReport(Ensemble ensemble, Observed observed, EnsemblePlan plan, Instant now) {
        this.ensemble = ensemble;
        this.before = ensemble.getStatus() == null ? EnsembleStatus.EMPTY : ensemble.getStatus();
        this.observed = observed;
        this.plan = plan;
        this.judge = new QuorumJudge(observed);
        this.now = now;
    }

    public static EnsembleStatus of(Ensemble ensemble, Observed observed, EnsemblePlan plan, Instant now) {
        return new EnsembleReport(ensemble, observed, plan, now).status();
    }

    /// Whether nothing has changed but how far the members have come. At rest that alone is not worth a write; it is
    /// written down with the operation before anything is taken down.
    public static boolean saysTheSame(EnsembleStatus before, EnsembleStatus after) {
        return after.operation() == null ? withoutZxids(after).equals(withoutZxids(before)) : after.equals(before);
    }

    private static EnsembleStatus withoutZxids(EnsembleStatus status) {
        return new EnsembleStatus(
                status.observedGeneration(),
                status.phase(),
                status.version(),
                status.participants(),
                status.observers(),
                status.quorum(),
                status.membersOrEmpty().stream()
                        .map(m -> new MemberStatus(
                                m.id(),
                                m.name(),
                                m.role(),
                                m.state(),
                                m.pod(),
                                m.zabState(),
                                null,
                                m.revision(),
                                m.restartReasons(),
                                m.message()))
                        .toList(),
                status.endpoints(),
                status.operation(),
                status.conditions());
    }

    private EnsembleStatus status() {
        Long generation = ensemble.getMetadata().getGeneration();
        return new EnsembleStatus(
                generation,
                phase(),
                version(),
                count(m -> m.member().votes()),
                count(m -> !m.member().votes()),
                quorum(),
                observed.members().stream().map(this::member).toList(),
                endpoints(),
                plan.operation(),
                conditions(generation == null ? 0 : generation));
    }

    private String phase() {
        return switch (plan.progress()) {
            case Progress.Current current -> "Running";
            case Progress.Underway underway -> underway.reason();
            case Progress.Stuck stuck -> "Stalled";
        };
    }

    private VersionStatus version() {
        String running = observed.members().stream()
                .flatMap(m -> m.facts().stream())
                .map(ServerFacts::version)
                .filter(v -> !v.isEmpty())
                .findFirst()
                .orElse(before.version() == null ? null : before.version().running());
        return new VersionStatus(running, ensemble.getSpec().version());
    }

    private CountStatus count(Predicate<ObservedMember> kind) {
        List<ObservedMember> members = observed.members().stream().filter(kind).toList();
        int there = (int) members.stream().filter(m -> m.pod().isPresent()).count();
        int serving = (int) members.stream().filter(ObservedMember::serving).count();
        return new CountStatus(members.size(), there, serving);
    }

    private QuorumStatus quorum() {
        QuorumStatus old = before.quorum();
        Long epoch = judge.leader()
                .flatMap(ObservedMember::facts)
                .map(ServerFacts::epoch)
                .orElse(old == null ? null : old.epoch());
        return new QuorumStatus(
                judge.verdict().name(),
                judge.leader().map(ObservedMember::name).orElse(null),
                epoch,
                observed.voters().stream().map(ObservedMember::id).toList(),
                judge.syncedFollowers(),
                judge.faultTolerance());
    }

    private MemberStatus member(ObservedMember member) {
        List<String> reasons = plan.restartReasons().getOrDefault(member.id(), List.of()).stream()
                .map(RestartReason::name)
                .toList();
        return new MemberStatus(
                member.id(),
                member.name(),
                member.member().role().name(),
                member.state().name(),
                member.pod().map(PodFacts::name).orElse(null),
                member.facts().map(ServerFacts::phase).orElse(null),
                highestZxid(member),
                member.pod().map(PodFacts::revision).orElse(null),
                reasons.isEmpty() ? null : reasons,
                member.serving() || member.detail().isEmpty() ? null : member.detail());
    }

    /// Grows only. Only of a member that serves: before that its tree may hold what never was committed.
    private @Nullable String highestZxid(ObservedMember member) {
        long seen = EnsemblePlanner.highestSeen(before, member.id());
        long shown = member.facts()
                .filter(f -> member.serving() && f.standsAtTransaction())
                .map(ServerFacts::zxid)
                .orElse(0L);
        long highest = Long.compareUnsigned(shown, seen) > 0 ? shown : seen;
        return highest == 0 ? null : "0x" + Long.toHexString(highest);
    }

    private EndpointsStatus endpoints() {
        String namespace = ensemble.getMetadata().getNamespace();
        String name = ensemble.getMetadata().getName();
        return new EndpointsStatus(
                ObjectNames.clientService(name) + "." + namespace + ".svc:" + ObjectNames.CLIENT_PORT,
                observed.members().stream()
                        .map(m -> m.member().host(namespace) + ":" + ObjectNames.CLIENT_PORT)
                        .collect(Collectors.joining(",")));
    }

    private List<Condition> conditions(long generation) {
        Conditions conditions = new Conditions(before.conditionsOrEmpty(), generation, now);
        Progress progress = plan.progress();
        Conditions made =
                switch (progress) {
                    case Progress.Current current -> conditions.ready(current.reason(), current.message());
                    case Progress.Underway underway -> conditions.inProgress(underway.reason(), underway.message());
                    case Progress.Stuck stuck -> conditions.stalled(stuck.reason(), stuck.message());
                };
        made.add(QUORUM_AVAILABLE, judge.available(), quorumReason(), judge.explain());
        made.add(MEMBERS_READY, judge.allServe(), membersReason(), membersMessage());
        Optional<String> lost = EnsemblePlanner.lostData(before, observed);
        made.add(
                DATA_INTACT,
                lost.isEmpty(),
                lost.isEmpty() ? "NothingLost" : EnsemblePlanner.ZXID_REGRESSION,
                lost.orElse("no member came back with less than it was seen to have"));
        made.add(
                EnsemblePlanner.INITIALIZED,
                plan.initialized(),
                plan.initialized() ? "Initialized" : "Bootstrapping",
                plan.initialized() ? "no empty disk votes any more" : "the first quorum is being formed");
        return made.list();
    }

    private String quorumReason() {
        return judge.available() ? "CommitProven" : judge.verdict().name();
    }

    private String membersReason() {
        return observed.members().stream()
                .filter(m -> !m.serving())
                .findFirst()
                .map(m -> "Member" + m.state().name())
                .orElse("AllServing");
    }

    private String membersMessage() {
        return observed.members().stream()
                .filter(m -> !m.serving())
                .map(m -> m.name() + " is " + m.state() + (m.detail().isEmpty() ? "" : ": " + m.detail()))
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("; "), text -> text.isEmpty() ? "all members serve" : text));
    }
}
