package dev.quorate.crds.restore;

import dev.quorate.crds.Names;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// One restore.
@Group(Names.GROUP)
@Version(Names.VERSION)
@ShortNames("ensrestore")
public class EnsembleRestore extends CustomResource<EnsembleRestoreSpec, EnsembleRestoreStatus> implements Namespaced {
    @Override
    @Required
    public EnsembleRestoreSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @SuppressWarnings("NullAway") // no spec until one is set: a record has no empty state
    protected EnsembleRestoreSpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the status is absent until the operator writes it
    protected EnsembleRestoreStatus initStatus() {
        return null;
    }
}
