package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/// The disruptive operation in flight; enough to go on after a restart of the operator.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record OperationStatus(
        String type,
        String member,
        String startedAt,

        @JsonPropertyDescription("which of the operators wrote it down, and alone may carry it out") @Nullable
        String operator,

        @Nullable String message) {}
