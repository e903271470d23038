package dev.quorate.operator.observe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.operator.observe.ObservedRestore.Contents;
import java.io.IOException;
import java.util.Optional;

/// Asks the admin server of a member what its tree holds.
final class MemberContents {
    private final AdminClient admin;

    MemberContents(AdminClient admin) {
        this.admin = admin;
    }

    /// Digest and number of znodes come with two answers, so the zxid is asked for around both: empty when it moved,
    /// and when the member does not serve.
    Optional<Contents> ask(String member, String address) {
        try {
            JsonNode stats = admin.get(address, "server_stats");
            JsonNode digest = admin.get(address, "hash").path("digests").path(0);
            JsonNode again = admin.get(address, "server_stats");
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
}
