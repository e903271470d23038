package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.quorate.crds.restore.RestoreSource;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// Where the first data comes from.
@ValidationRule(
        value = "has(self.initialize) != has(self.recovery)",
        message = "exactly one of initialize and recovery")
@ValidationRule(value = "self == oldSelf", message = "how an ensemble was bootstrapped cannot be changed")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BootstrapSpec(
        @JsonPropertyDescription("begin empty") @Nullable Initialize initialize,

        @JsonPropertyDescription("begin with the contents of a backup") @Nullable
        Recovery recovery) {

    /// No settings: the ensemble begins empty.
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Initialize() {}

    /// The backup to begin with.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Recovery(
            @Required RestoreSource source,

            @JsonPropertyDescription(
                    "highest epoch that clients of the lost ensemble may have seen: they are refused by an ensemble"
                            + " that is not above it; the backup's own epoch when absent")
            @Min(0)
            @Max(2_147_000_000)
            @Nullable
            Long epochAbove) {}
}
