package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.Ensemble;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the objects of an ensemble carry of it.
public record EnsembleIdentity(String namespace, String name, String uid) {
    public static EnsembleIdentity of(Ensemble ensemble) {
        ObjectMeta meta = ensemble.getMetadata();
        return new EnsembleIdentity(meta.getNamespace(), meta.getName(), meta.getUid());
    }

    OwnerReference owner() {
        return new OwnerReferenceBuilder()
                .withApiVersion("quorate.dev/v1alpha1")
                .withKind("Ensemble")
                .withName(name)
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    ObjectMeta meta(String objectName, Map<String, String> labels) {
        ObjectMeta meta = new ObjectMeta();
        meta.setNamespace(namespace);
        meta.setName(objectName);
        meta.setLabels(new LinkedHashMap<>(labels));
        meta.getOwnerReferences().add(owner());
        return meta;
    }
}
