package dev.quorate.operator.plan;

import dev.quorate.operator.desired.MemberSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;

/// Something to do for an ensemble. Each can be done again without harm.
public sealed interface EnsembleStep {
    /// Make the object what it should be.
    record Apply(HasMetadata object) implements EnsembleStep {}

    /// Let empty disks vote, once: the bootstrap begins.
    record PlaceMarker(Secret marker) implements EnsembleStep {}

    /// The ensemble is initialized: no empty disk votes from here on.
    record RemoveMarker(String secret) implements EnsembleStep {}

    /// Put the wanted revision in place and end the pod, which comes back with it.
    ///
    /// @param podUid of the very pod that was judged
    record Restart(MemberSet set, String podUid, List<RestartReason> reasons) implements EnsembleStep {}
}
