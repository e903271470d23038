package dev.quorate.operator.act;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Tells people what was decided: an Event of the object and a line in the log, once for each change of the reason of
/// its condition `Ready`.
public final class Decisions {
    private static final Logger LOG = Logger.getLogger(Decisions.class);
    private static final String COMPONENT = "quorate-operator";
    private static final int MESSAGE_MAX = 1024;

    private Decisions() {}

    /// An Event that cannot be written is no reason to stop.
    public static void tell(
            KubernetesClient client, HasMetadata object, List<Condition> before, List<Condition> after, Instant now) {
        Condition ready = find(after, "Ready").orElse(null);
        if (ready == null
                || find(before, "Ready")
                        .map(c -> c.getReason().equals(ready.getReason()))
                        .orElse(false)) {
            return;
        }
        boolean stalled = find(after, "Stalled").isPresent();
        say(client, object, ready.getReason(), ready.getMessage(), stalled, now);
    }

    /// One Event, and one line in the log.
    public static void say(
            KubernetesClient client, HasMetadata object, String reason, String message, boolean warning, Instant now) {
        String kind = object.getKind();
        String name = object.getMetadata().getName();
        LOG.infof("%s %s/%s: %s: %s", kind, object.getMetadata().getNamespace(), name, reason, message);
        String at = now.truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            client.v1()
                    .events()
                    .resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace(object.getMetadata().getNamespace())
                            .withName(
                                    name + "." + Long.toHexString(now.getEpochSecond() * 1_000_000_000 + now.getNano()))
                            .endMetadata()
                            .withNewInvolvedObject()
                            .withApiVersion(object.getApiVersion())
                            .withKind(kind)
                            .withNamespace(object.getMetadata().getNamespace())
                            .withName(name)
                            .withUid(object.getMetadata().getUid())
                            .withResourceVersion(object.getMetadata().getResourceVersion())
                            .endInvolvedObject()
                            .withType(warning ? "Warning" : "Normal")
                            .withReason(reason)
                            .withMessage(cut(message))
                            .withFirstTimestamp(at)
                            .withLastTimestamp(at)
                            .withCount(1)
                            .withNewSource()
                            .withComponent(COMPONENT)
                            .endSource()
                            .withReportingComponent(COMPONENT)
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            LOG.warnf("no Event for %s %s: %s", kind, name, e.getMessage());
        }
    }

    private static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
    }

    private static String cut(String message) {
        return message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) : message;
    }
}
