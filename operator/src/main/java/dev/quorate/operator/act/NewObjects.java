package dev.quorate.operator.act;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/// Makes objects that must not be made twice and must not be touched when they are there.
public final class NewObjects {
    private static final int UNPROCESSABLE = 422;

    private NewObjects() {}

    /// What came of it.
    public sealed interface Outcome {}

    public record Created() implements Outcome {}

    /// There is one of that name already, whoever made it: it is observed next time.
    public record Present() implements Outcome {}

    /// The API does not want it: a quota, a policy, an invalid field.
    public record Refused(String message) implements Outcome {}

    public static Outcome create(KubernetesClient client, HasMetadata object) {
        try {
            client.resource(object).create();
            return new Created();
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> new Present();
                case HttpURLConnection.HTTP_FORBIDDEN, UNPROCESSABLE ->
                    new Refused(object.getKind() + " " + object.getMetadata().getName() + " was refused: "
                            + (e.getStatus() == null
                                    ? e.getMessage()
                                    : e.getStatus().getMessage()));
                default -> throw e;
            };
        }
    }
}
