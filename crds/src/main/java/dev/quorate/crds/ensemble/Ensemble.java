package dev.quorate.crds.ensemble;

import dev.quorate.crds.Names;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// A ZooKeeper-compatible ensemble.
@Group(Names.GROUP)
@Version(Names.VERSION)
@ShortNames("ens")
@ValidationRule(value = "size(self.metadata.name) <= 40", message = "the name of an ensemble has at most 40 characters")
public class Ensemble extends CustomResource<EnsembleSpec, EnsembleStatus> implements Namespaced {
    @Override
    @Required
    public EnsembleSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @SuppressWarnings("NullAway") // no spec until one is set: a record has no empty state
    protected EnsembleSpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the status is absent until the operator writes it
    protected EnsembleStatus initStatus() {
        return null;
    }
}
