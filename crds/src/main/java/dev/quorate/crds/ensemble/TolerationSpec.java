package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/// A taint that is tolerated, as in a pod.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TolerationSpec(
        @Size(max = 316) @Nullable String key,
        @Pattern("^(Exists|Equal)$") @Nullable String operator,
        @Size(max = 63) @Nullable String value,

        @Pattern("^(NoSchedule|PreferNoSchedule|NoExecute)$") @Nullable
        String effect,

        @Nullable Long tolerationSeconds) {}
