package dev.quorate.crds.restore;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.quorate.crds.ensemble.EnsembleSpec;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/// Where a restore goes. Only a new ensemble for now.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Destination(@Required NewEnsemble newEnsemble) {

    /// The ensemble that the restore makes.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record NewEnsemble(
            @Required @Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$") @Size(max = 40)
            String name,

            @Required Template template) {}

    /// What the new ensemble looks like.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Template(@Required EnsembleSpec spec) {}
}
