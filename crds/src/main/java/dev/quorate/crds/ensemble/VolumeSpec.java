package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/// One volume.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeSpec(
        @JsonPropertyDescription("capacity asked for") @Required
        Quantity size,

        @JsonPropertyDescription("storage class; the cluster's default when absent") @Size(min = 1, max = 253) @Nullable
        String storageClassName) {

    public static final VolumeSpec DEFAULT = new VolumeSpec(new Quantity("10", "Gi"), null);
}
