package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.BootstrapSpec;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.restore.Destination.NewEnsemble;
import dev.quorate.crds.restore.EnsembleRestore;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;

/// The ensemble that a restore makes. It outlives the restore, so it has no owner; annotations say who made it.
public final class RestoredEnsemble {
    /// Annotation: the name of the EnsembleRestore.
    public static final String RESTORE = "quorate.dev/restore";

    /// Annotation: its uid, for a later restore of the same name is another one.
    public static final String RESTORE_UID = "quorate.dev/restore-uid";

    private RestoredEnsemble() {}

    public static Ensemble of(EnsembleRestore restore, Recovery recovery) {
        NewEnsemble wanted = restore.getSpec().destination().newEnsemble();
        EnsembleSpec template = wanted.template().spec();
        Ensemble ensemble = new Ensemble();
        ensemble.setMetadata(new ObjectMetaBuilder()
                .withNamespace(restore.getMetadata().getNamespace())
                .withName(wanted.name())
                .withAnnotations(Map.of(
                        RESTORE, restore.getMetadata().getName(),
                        RESTORE_UID, restore.getMetadata().getUid()))
                .build());
        ensemble.setSpec(new EnsembleSpec(
                template.profile(),
                template.version(),
                template.image(),
                template.participants(),
                template.observers(),
                template.config(),
                template.disruption(),
                new BootstrapSpec(
                        null, new BootstrapSpec.Recovery(restore.getSpec().source(), recovery.epochAbove()))));
        return ensemble;
    }

    /// Whether this restore made the ensemble.
    public static boolean madeBy(EnsembleRestore restore, Ensemble ensemble) {
        ObjectMeta meta = ensemble.getMetadata();
        return meta.getAnnotations() != null
                && restore.getMetadata().getUid().equals(meta.getAnnotations().get(RESTORE_UID));
    }
}
