package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One member.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record MemberStatus(
        long id,
        String name,
        @JsonPropertyDescription("Participant or Observer") String role,

        @JsonPropertyDescription("Missing, Dead, Starting, Alive, Syncing or Serving")
        String state,

        @Nullable String pod,
        @Nullable String zabState,

        @JsonPropertyDescription("highest zxid ever seen of this member, hexadecimal") @Nullable
        String highestZxidSeen,

        @JsonPropertyDescription("revision that the pod runs") @Nullable
        String revision,

        @JsonPropertyDescription("why the member is to be restarted") @Nullable
        List<String> restartReasons,

        @Nullable String message) {}
