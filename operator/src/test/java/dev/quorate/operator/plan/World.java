package dev.quorate.operator.plan;

import dev.quorate.crds.Named;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.BootstrapSpec;
import dev.quorate.crds.ensemble.ConfigSpec;
import dev.quorate.crds.ensemble.ConfigSpec.SnapshotSettings;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.ObserverGroupSpec;
import dev.quorate.crds.ensemble.ParticipantsSpec;
import dev.quorate.crds.restore.RestoreSource;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.MemberState;
import dev.quorate.operator.observe.Observed;
import dev.quorate.operator.observe.Observed.Proof;
import dev.quorate.operator.observe.ObservedMember;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import dev.quorate.operator.observe.ServerFacts;
import dev.quorate.operator.status.EnsembleReport;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A cluster in memory with one ensemble in it: carries out steps at once, and its members do what they are told to.
public final class World {
    static final String IMAGE = "quorate/ensemble-server:1";

    /// A member as it runs.
    static final class Running {
        MemberState state = MemberState.Starting;
        String uid;
        Map<String, String> origin;
        String image;
        long zxid = 0x100000001L;
        int exitCode = -1;
        String detail = "";
        Instant readySince = Instant.EPOCH;
    }

    public final Ensemble ensemble = new Ensemble();
    final Map<String, HasMetadata> shared = new TreeMap<>();
    final Map<String, StatefulSet> sets = new TreeMap<>();
    final Map<Long, Running> pods = new TreeMap<>();
    final Map<Long, Long> disks = new HashMap<>();
    List<String> leftovers = List.of();
    Optional<EnsembleBackup> backup = Optional.empty();
    boolean marker;
    int markersPlaced;
    boolean commits = true;
    String operator = "operator-1";
    public Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private int uids;

    public World(int participants, int observers) {
        ensemble.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("e")
                .withUid("uid-1")
                .withGeneration(1L)
                .build());
        spec(participants, observers, null, null);
    }

    private void spec(int participants, int observers, ConfigSpec config, String version) {
        ensemble.setSpec(new EnsembleSpec(
                null,
                version,
                null,
                new ParticipantsSpec(participants, null, null),
                observers == 0 ? null : List.of(new ObserverGroupSpec("read", observers, null, null)),
                config,
                null,
                null));
    }

    /// It begins with a backup.
    void recover(EnsembleBackup from) {
        EnsembleSpec spec = ensemble.getSpec();
        backup = Optional.of(from);
        ensemble.setSpec(new EnsembleSpec(
                null,
                null,
                null,
                spec.participants(),
                spec.observers(),
                null,
                null,
                new BootstrapSpec(
                        null,
                        new BootstrapSpec.Recovery(
                                new RestoreSource(new Named(from.getMetadata().getName())), 7L))));
    }

    /// Another configuration: every member is outdated.
    public void changeConfig(int snapCount) {
        EnsembleSpec spec = ensemble.getSpec();
        spec(
                spec.participants().count(),
                spec.observerGroups().stream()
                        .mapToInt(ObserverGroupSpec::count)
                        .sum(),
                new ConfigSpec(null, null, null, null, new SnapshotSettings(snapCount, null), null, null, null),
                null);
        ensemble.getMetadata().setGeneration(ensemble.getMetadata().getGeneration() + 1);
    }

    List<Member> members() {
        return Member.of("e", ensemble.getSpec());
    }

    Optional<Long> leader() {
        long voters = members().stream().filter(Member::votes).count();
        List<Long> serving = members().stream()
                .filter(Member::votes)
                .map(Member::id)
                .filter(id -> pods.containsKey(id) && pods.get(id).state == MemberState.Serving)
                .toList();
        return serving.size() >= voters / 2 + 1 ? Optional.of(serving.getLast()) : Optional.empty();
    }

    Observed observe() {
        Optional<Long> leader = leader();
        int synced = (int) members().stream()
                        .filter(Member::votes)
                        .filter(m -> pods.containsKey(m.id()) && pods.get(m.id()).state == MemberState.Serving)
                        .count()
                - 1;
        Proof proof = leader.isEmpty() ? Proof.NONE : new Proof(now, commits ? "" : "no commit in time");
        return new Observed(
                leftovers,
                List.copyOf(shared.values()),
                marker,
                members().stream().map(m -> observed(m, leader, synced)).toList(),
                proof,
                backup);
    }

    private ObservedMember observed(Member member, Optional<Long> leader, int synced) {
        Running running = pods.get(member.id());
        Optional<StatefulSet> set = Optional.ofNullable(sets.get(member.name()));
        if (running == null) {
            return new ObservedMember(member, MemberState.Missing, set, Optional.empty(), Optional.empty());
        }
        boolean serving = running.state == MemberState.Serving && leader.isPresent();
        MemberState state = running.state == MemberState.Serving && !serving ? MemberState.Alive : running.state;
        PodFacts pod = new PodFacts(
                member.pod(),
                running.uid,
                "10.0.0." + member.id(),
                running.origin.getOrDefault(ObjectNames.REVISION, ""),
                running.origin.getOrDefault(ObjectNames.CONFIG, ""),
                running.origin.getOrDefault(ObjectNames.RESTART_AT, ""),
                running.image,
                running.detail,
                running.exitCode,
                serving ? Optional.of(running.readySince) : Optional.empty());
        boolean leads = leader.filter(id -> id == member.id()).isPresent();
        return new ObservedMember(
                member,
                state,
                set,
                Optional.of(pod),
                serving
                        ? Optional.of(new ServerFacts(
                                "broadcast", leads, leader.get(), running.zxid, 1, leads ? synced : 0, "3.9.5"))
                        : Optional.empty());
    }

    /// Looks, plans, writes the status, acts: one turn of the reconciler.
    public EnsemblePlan turn() {
        Observed observed = observe();
        EnsemblePlan plan = EnsemblePlanner.plan(ensemble, observed, IMAGE, operator, now);
        ensemble.setStatus(EnsembleReport.of(ensemble, observed, plan, now));
        plan.steps().forEach(this::carryOut);
        now = now.plusSeconds(1);
        return plan;
    }

    void carryOut(EnsembleStep step) {
        switch (step) {
            case EnsembleStep.Apply apply -> apply(apply.object());
            case EnsembleStep.PlaceMarker placed -> {
                marker = true;
                markersPlaced++;
            }
            case EnsembleStep.RemoveMarker removed -> marker = false;
            case EnsembleStep.Restart restart -> {
                apply(restart.set().object());
                Running there = pods.get(restart.set().member().id());
                if (there != null && there.uid.equals(restart.podUid())) {
                    pods.remove(restart.set().member().id());
                }
            }
        }
    }

    private void apply(HasMetadata object) {
        if (object instanceof StatefulSet set) {
            sets.put(set.getMetadata().getName(), set);
        } else {
            shared.put(object.getKind() + "/" + object.getMetadata().getName(), object);
        }
    }

    /// Kubernetes makes the pod of every StatefulSet that has none.
    public void makePods() {
        for (Member member : members()) {
            StatefulSet set = sets.get(member.name());
            if (set != null && !pods.containsKey(member.id())) {
                Running running = new Running();
                running.uid = "pod-" + ++uids;
                running.origin =
                        Map.copyOf(set.getSpec().getTemplate().getMetadata().getAnnotations());
                running.image = set.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getImage();
                running.zxid = disks.getOrDefault(member.id(), running.zxid);
                pods.put(member.id(), running);
            }
        }
    }

    public void serve(long id) {
        Running running = pods.get(id);
        running.state = MemberState.Serving;
        running.readySince = now;
        disks.put(id, running.zxid);
    }

    /// Up and initialized, at rest.
    public static World settled(int participants, int observers) {
        World world = new World(participants, observers);
        for (int i = 0; i < 4; i++) {
            world.turn();
            world.makePods();
            world.members().forEach(m -> world.serve(m.id()));
        }
        world.now = world.now.plusSeconds(60);
        return world;
    }
}
