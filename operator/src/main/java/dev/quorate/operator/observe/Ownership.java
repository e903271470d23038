package dev.quorate.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tells an ensemble's objects from those of an earlier Ensemble of the same name, which the cluster deletes only some
/// time after it. To take one for the other would end in two owners, and a bootstrap without its marker.
final class Ownership {
    private Ownership() {}

    /// @param owners uids
    static <T extends HasMetadata> List<T> ownedBy(Set<String> owners, Collection<T> objects) {
        return objects.stream().filter(o -> !isForeign(owners, o)).toList();
    }

    /// What others control, in words. Who controls nothing was let go on purpose and is taken in.
    static List<String> leftovers(Set<String> owners, Collection<? extends HasMetadata> objects) {
        return objects.stream()
                .filter(o -> isForeign(owners, o))
                .map(o -> o.getKind() + " " + o.getMetadata().getName() + " of "
                        + controller(o)
                                .map(c -> c.getKind() + " " + c.getName() + " with uid " + c.getUid())
                                .orElse("nobody"))
                .toList();
    }

    private static boolean isForeign(Set<String> owners, HasMetadata object) {
        return controller(object).filter(c -> !owners.contains(c.getUid())).isPresent();
    }

    private static Optional<OwnerReference> controller(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }
}
