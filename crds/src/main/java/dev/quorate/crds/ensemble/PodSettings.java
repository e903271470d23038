package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Scheduling, resources and shutdown of a member's pod.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodSettings(
        @JsonPropertyDescription("labels that a node must have") @Size(max = 32) @Nullable
        Map<String, String> nodeSelector,

        @JsonPropertyDescription("taints that the pods tolerate") @Size(max = 32) @Nullable
        List<TolerationSpec> tolerations,

        @JsonPropertyDescription("time for a clean stop") @Min(1) @Max(3600) @Nullable
        Long terminationGracePeriodSeconds,

        @JsonPropertyDescription("resources, by the name of the container; only server is known")
        @Size(max = 1)
        @Nullable
        List<ContainerSettings> containers) {

    public static final PodSettings DEFAULT = new PodSettings(null, null, null, null);

    public long gracePeriodSeconds() {
        return terminationGracePeriodSeconds == null ? 120 : terminationGracePeriodSeconds;
    }

    public Optional<ResourceSettings> serverResources() {
        return containers == null || containers.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(containers.getFirst().resources());
    }
}
