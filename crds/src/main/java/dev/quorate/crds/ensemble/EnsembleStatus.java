package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the operator last saw. Written as one patch, `observedGeneration` and conditions together.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("for people only; nothing may depend on it") @Nullable
        String phase,

        @Nullable VersionStatus version,
        @Nullable CountStatus participants,
        @Nullable CountStatus observers,
        @Nullable QuorumStatus quorum,
        @Nullable List<MemberStatus> members,
        @Nullable EndpointsStatus endpoints,
        @Nullable OperationStatus operation,
        @Nullable List<Condition> conditions) {

    /// An API may keep an empty object where an operation was: that is none.
    @SuppressWarnings("NullAway") // what comes from the API may lack a field
    public EnsembleStatus {
        operation = operation == null || operation.member() == null ? null : operation;
    }

    public static final EnsembleStatus EMPTY =
            new EnsembleStatus(null, null, null, null, null, null, null, null, null, null);

    public List<MemberStatus> membersOrEmpty() {
        return members == null ? List.of() : members;
    }

    public List<Condition> conditionsOrEmpty() {
        return conditions == null ? List.of() : conditions;
    }
}
