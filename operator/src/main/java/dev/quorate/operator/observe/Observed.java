package dev.quorate.operator.observe;

import dev.quorate.crds.backup.EnsembleBackup;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// All that the planner of an ensemble looks at.
///
/// @param leftovers what is there under a name of this ensemble and belongs to another owner, in words
/// @param shared the objects of the ensemble beside its StatefulSets
/// @param markerThere the Secret that lets an empty disk vote
/// @param members in the order of their ids
/// @param proof of the last commit that was asked for
/// @param backup the EnsembleBackup that the ensemble begins with, where its spec names one and it is there
public record Observed(
        List<String> leftovers,
        List<HasMetadata> shared,
        boolean markerThere,
        List<ObservedMember> members,
        Proof proof,
        Optional<EnsembleBackup> backup) {

    /// Whether a write was committed by a quorum, and when.
    ///
    /// @param failure why not, "" when it was
    public record Proof(Instant at, String failure) {
        public static final Proof NONE = new Proof(Instant.EPOCH, "nobody leads");

        public boolean succeeded() {
            return failure.isEmpty();
        }
    }

    public List<ObservedMember> voters() {
        return members.stream().filter(m -> m.member().votes()).toList();
    }

    public List<ObservedMember> leaders() {
        return members.stream().filter(ObservedMember::leads).toList();
    }

    public Optional<HasMetadata> sharedObject(String kind, String name) {
        return shared.stream()
                .filter(o ->
                        o.getKind().equals(kind) && o.getMetadata().getName().equals(name))
                .findFirst();
    }
}
