package dev.quorate.crds.backup;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of a backup. `artifact` is there only when the backup is whole.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleBackupStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("Pending, Running, Completed, Failed or Rejected") @Nullable
        String phase,

        @JsonPropertyDescription("ULID, also the name of the folder on the volume") @Nullable
        String backupId,

        @Nullable String startedAt,
        @Nullable String completedAt,

        @JsonPropertyDescription("how many Jobs were started for it; more than one when a leader went away meanwhile")
        @Nullable
        Integer attempts,

        @Nullable Source source,
        @Nullable Point point,
        @Nullable Contents contents,
        @Nullable Artifact artifact,
        @Nullable String error,
        @Nullable List<Condition> conditions) {

    public static final EnsembleBackupStatus EMPTY =
            new EnsembleBackupStatus(null, null, null, null, null, null, null, null, null, null, null, null);

    public boolean completed() {
        return "Completed".equals(phase);
    }

    public boolean finished() {
        return completed() || "Failed".equals(phase) || "Rejected".equals(phase);
    }

    public List<Condition> conditionsOrEmpty() {
        return conditions == null ? List.of() : conditions;
    }

    /// The member that the state was read from.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Source(String member, String role) {}

    /// Where in history the backup stands.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Point(
            @Nullable Long epoch,
            @Nullable String zxid,
            @Nullable String time) {}

    /// What is in it and what was left out.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Contents(
            long znodes,
            @Nullable Long bytes,
            long ephemeralsStripped,
            long sessionsStripped,
            @Nullable Long touchedParents) {}

    /// Where it lies.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Artifact(String claimName, String path, String sha256) {}
}
