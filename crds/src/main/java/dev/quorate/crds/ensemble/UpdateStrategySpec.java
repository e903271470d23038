package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/// The pace of a rolling restart: one member at a time, observers first, the leader last.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record UpdateStrategySpec(
        @JsonPropertyDescription("how long a member must serve before the next one goes; default 10")
        @Min(0)
        @Max(3600)
        @Nullable
        Integer minReadySeconds,

        @JsonPropertyDescription("how long a restarted member may take before the roll stops; default 15m")
        @Pattern("^([0-9]+(ms|s|m|h))+$")
        @Size(max = 32)
        @Nullable
        String memberTimeout) {

    public static final UpdateStrategySpec DEFAULT = new UpdateStrategySpec(null, null);

    public int readySeconds() {
        return minReadySeconds == null ? 10 : minReadySeconds;
    }

    public String memberTimeoutOrDefault() {
        return memberTimeout == null ? "15m" : memberTimeout;
    }
}
