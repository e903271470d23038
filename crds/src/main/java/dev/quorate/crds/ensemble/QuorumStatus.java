package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The quorum as its leader reports it.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record QuorumStatus(
        @JsonPropertyDescription("Serving, NoLeader, SplitLeaders, NotEnoughSynced, CommitTimeout or Unknown")
        String state,

        @JsonPropertyDescription("name of the leading member") @Nullable
        String leader,

        @Nullable Long epoch,
        @Nullable List<Long> voters,

        @JsonPropertyDescription("followers in step with the leader") @Nullable
        Integer syncedFollowers,

        @JsonPropertyDescription("voters that may fail now before the quorum is lost") @Nullable
        Integer faultTolerance) {}
