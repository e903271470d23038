package dev.quorate.crds.backup;

import dev.quorate.crds.Names;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// One backup of an ensemble.
@Group(Names.GROUP)
@Version(Names.VERSION)
@ShortNames("ensbackup")
@ValidationRule(value = "size(self.metadata.name) <= 52", message = "the name of a backup has at most 52 characters")
public class EnsembleBackup extends CustomResource<EnsembleBackupSpec, EnsembleBackupStatus> implements Namespaced {
    @Override
    @Required
    public EnsembleBackupSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @SuppressWarnings("NullAway") // no spec until one is set: a record has no empty state
    protected EnsembleBackupSpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the status is absent until the operator writes it
    protected EnsembleBackupStatus initStatus() {
        return null;
    }
}
