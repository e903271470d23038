package dev.quorate.operator.observe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.operator.client.CommitProof;
import dev.quorate.operator.config.OperatorSettings;
import dev.quorate.operator.desired.Member;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.Observed.Proof;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/// Reads an ensemble: its StatefulSets and pods from the API, its members from their admin servers, all at once, and a
/// commit as proof that a quorum works. What decides whether a member goes down is never read from caches: what was
/// just made or ended must be seen.
@ApplicationScoped
public class EnsembleObserver {
    private static final Duration PROOF_AGE_MAX = Duration.ofSeconds(10);
    private static final int TRIES = 2;

    private final KubernetesClient client;
    private final OperatorSettings settings;
    private final AdminClient admin;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Proof> proofs = new ConcurrentHashMap<>();

    public EnsembleObserver(KubernetesClient client, OperatorSettings settings) {
        this.client = client;
        this.settings = settings;
        this.admin = new AdminClient(settings.adminTimeout());
    }

    /// @param shared its objects beside StatefulSets and pods, from the caches: what is missing there is applied once
    /// more, which changes nothing
    /// @param disruptive something is being taken down: no proof from before counts
    public Observed observe(Ensemble ensemble, List<HasMetadata> shared, boolean disruptive) {
        String namespace = ensemble.getMetadata().getNamespace();
        String name = ensemble.getMetadata().getName();
        List<HasMetadata> objects = new ArrayList<>(shared);
        Optional.ofNullable(client.secrets()
                        .inNamespace(namespace)
                        .withName(ObjectNames.initializeSecret(name))
                        .get())
                .ifPresent(objects::add);
        List<StatefulSet> allSets = client.apps()
                .statefulSets()
                .inNamespace(namespace)
                .withLabels(ObjectNames.selector(name))
                .list()
                .getItems();
        List<Pod> allPods = client.pods()
                .inNamespace(namespace)
                .withLabels(ObjectNames.selector(name))
                .list()
                .getItems();
        Set<String> self = Set.of(ensemble.getMetadata().getUid());
        List<StatefulSet> sets = Ownership.ownedBy(self, allSets);
        Set<String> setUids = sets.stream().map(s -> s.getMetadata().getUid()).collect(Collectors.toSet());
        List<String> leftovers = new ArrayList<>(Ownership.leftovers(self, objects));
        leftovers.addAll(Ownership.leftovers(self, allSets));
        leftovers.addAll(Ownership.leftovers(setUids, allPods));
        List<HasMetadata> own = Ownership.ownedBy(self, objects);
        List<ObservedMember> members =
                members(Member.of(name, ensemble.getSpec()), sets, Ownership.ownedBy(setUids, allPods));
        return new Observed(
                leftovers,
                own.stream().filter(o -> !(o instanceof Secret)).toList(),
                own.stream().anyMatch(o -> o instanceof Secret),
                members,
                proof(ensemble.getMetadata().getUid(), members, disruptive),
                ensemble.getSpec().recoveryBackup().map(backup -> client.resources(EnsembleBackup.class)
                        .inNamespace(namespace)
                        .withName(backup)
                        .get()));
    }

    private List<ObservedMember> members(List<Member> wanted, List<StatefulSet> sets, List<Pod> pods) {
        List<Callable<ObservedMember>> questions = wanted.stream()
                .<Callable<ObservedMember>>map(member -> () -> member(
                        member,
                        sets.stream()
                                .filter(s -> s.getMetadata().getName().equals(member.name()))
                                .findFirst(),
                        pods.stream()
                                .filter(p -> p.getMetadata().getName().equals(member.pod()))
                                .findFirst()))
                .toList();
        try {
            List<ObservedMember> members = new ArrayList<>();
            for (Future<ObservedMember> answer : threads.invokeAll(questions)) {
                members.add(answer.get());
            }
            return List.copyOf(members);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while members were asked", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private ObservedMember member(Member member, Optional<StatefulSet> set, Optional<Pod> pod) {
        if (pod.isEmpty()) {
            return new ObservedMember(member, MemberState.Missing, set, Optional.empty(), Optional.empty());
        }
        PodFacts found = PodReader.facts(pod.get());
        MemberState state = PodReader.state(pod.get());
        boolean answers = state == MemberState.Alive || state == MemberState.Starting;
        Optional<ServerFacts> facts = answers && !found.address().isEmpty() ? ask(found.address()) : Optional.empty();
        return new ObservedMember(member, refined(state, found, facts), set, Optional.of(found), facts);
    }

    private static MemberState refined(MemberState state, PodFacts pod, Optional<ServerFacts> facts) {
        if (state != MemberState.Alive || facts.isEmpty()) {
            return state;
        }
        return switch (facts.get().phase()) {
            case "broadcast" -> pod.readySince().isPresent() ? MemberState.Serving : MemberState.Syncing;
            case "discovery", "synchronization" -> MemberState.Syncing;
            default -> MemberState.Alive;
        };
    }

    private Optional<ServerFacts> ask(String address) {
        for (int i = 0; i < TRIES; i++) {
            try {
                return Optional.of(facts(address));
            } catch (IOException notThere) {
                // Once more: a single lost answer shall not make a member look down.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private ServerFacts facts(String address) throws IOException, InterruptedException {
        JsonNode zab = admin.get(address, "zabstate");
        String phase = zab.path("zabstate").asText();
        boolean leads = zab.path("is_leader").asBoolean();
        boolean broadcasts = phase.equals("broadcast");
        JsonNode leader = broadcasts ? admin.get(address, "leader") : zab;
        JsonNode monitor = broadcasts && leads ? admin.get(address, "monitor") : zab;
        return new ServerFacts(
                phase,
                leads && broadcasts,
                leader.path("leader_id").asLong(-1),
                Long.parseUnsignedLong(zab.path("last_zxid").asText("0x0").substring(2), 16),
                zab.path("zab_epoch").asLong(),
                monitor.path("synced_followers").asInt(),
                // The rest says when it was built.
                monitor.path("version").asText().split(",", 2)[0]);
    }

    private Proof proof(String ensembleUid, List<ObservedMember> members, boolean disruptive) {
        List<ObservedMember> leaders =
                members.stream().filter(ObservedMember::leads).toList();
        if (leaders.size() != 1) {
            proofs.remove(ensembleUid);
            return Proof.NONE;
        }
        Instant now = Instant.now();
        Proof before = proofs.getOrDefault(ensembleUid, Proof.NONE);
        if (!disruptive && before.succeeded() && before.at().plus(PROOF_AGE_MAX).isAfter(now)) {
            return before;
        }
        String address = leaders.getFirst().pod().map(PodFacts::address).orElse("");
        Proof proof;
        try {
            CommitProof.obtain(address, ObjectNames.CLIENT_PORT, settings.commitTimeout());
            proof = new Proof(now, "");
        } catch (IOException e) {
            proof = new Proof(now, leaders.getFirst().name() + " commits nothing: " + e.getMessage());
        }
        // Of ensembles that are no more there would be one for ever.
        proofs.values().removeIf(old -> !old.at().plus(PROOF_AGE_MAX).isAfter(now));
        proofs.put(ensembleUid, proof);
        return proof;
    }
}
