package dev.quorate.operator.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.ObservedRestore.Contents;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/// Asks the admin server of a member what its tree holds.
final class MemberContents {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final Duration timeout;

    MemberContents(Duration timeout) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
        this.timeout = timeout;
    }

    /// Digest and number of znodes come with two answers, so the zxid is asked for around both: empty when it moved,
    /// and
    /// when the member does not serve.
    Optional<Contents> ask(String member, String address) {
        try {
            JsonNode stats = get(address, "server_stats");
            JsonNode digest = get(address, "hash").path("digests").path(0);
            JsonNode again = get(address, "server_stats");
            JsonNode zxid = stats.at("/server_stats/last_processed_zxid");
            boolean still = zxid.isIntegralNumber()
                    && zxid.equals(digest.path("zxid"))
                    && zxid.equals(again.at("/server_stats/last_processed_zxid"));
            return still
                    ? Optional.of(new Contents(
                            member,
                            zxid.asLong(),
                            digest.path("digest").asLong(),
                            stats.path("node_count").asLong()))
                    : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private JsonNode get(String address, String command) throws IOException, InterruptedException {
        String host = address.contains(":") ? "[" + address + "]" : address;
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + host + ":" + ObjectNames.ADMIN_PORT + "/commands/" + command))
                .timeout(timeout)
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new IOException(address + ": /commands/" + command + " is not JSON", e);
        }
    }
}
