package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/// The budget over the participants.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodDisruptionBudgetSpec(
        @JsonPropertyDescription("default true") @Default("true") @Nullable
        Boolean enabled,

        @JsonPropertyDescription("participants that an eviction may take down at once; default 1")
        @Min(0)
        @Max(4)
        @Nullable
        Integer maxUnavailable) {}
