package dev.quorate.crds.restore;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far a restore has come.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleRestoreStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("Pending, Seeding, Starting, Verifying, Completed, Failed or Rejected") @Nullable
        String phase,

        @Nullable Resolved resolved,
        @Nullable Result result,
        @Nullable String startedAt,
        @Nullable String completedAt,
        @Nullable String error,
        @Nullable List<Condition> conditions) {

    public static final EnsembleRestoreStatus EMPTY =
            new EnsembleRestoreStatus(null, null, null, null, null, null, null, null);

    public boolean finished() {
        return "Completed".equals(phase) || "Failed".equals(phase) || "Rejected".equals(phase);
    }

    public List<Condition> conditionsOrEmpty() {
        return conditions == null ? List.of() : conditions;
    }

    /// The backup that is restored.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Resolved(String backup, @Nullable String baseZxid) {}

    /// What was restored.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Result(
            @Nullable Long znodes,
            @Nullable Long ephemeralsStripped,
            @Nullable Long newEpoch) {}
}
