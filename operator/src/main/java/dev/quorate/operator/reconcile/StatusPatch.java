package dev.quorate.operator.reconcile;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;

/// What goes to the API when only the status changes: identity and status. Cached objects are never changed. The API
/// refuses it where the object is another than the one that was looked at: it is looked at again then.
final class StatusPatch {
    private StatusPatch() {}

    static <S, R extends CustomResource<?, S>> R of(R object, R empty, S status) {
        empty.setMetadata(new ObjectMetaBuilder()
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withResourceVersion(object.getMetadata().getResourceVersion())
                .build());
        empty.setStatus(status);
        return empty;
    }
}
