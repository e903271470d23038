package dev.quorate.crds.restore;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// What to restore, and into what.
@ValidationRule(value = "self == oldSelf", message = "a restore cannot be changed; make a new one")
@ValidationRule(
        value = "!has(self.destination.newEnsemble.template.spec.bootstrap)",
        message = "the restore itself decides how the new ensemble is bootstrapped",
        fieldPath = ".destination.newEnsemble.template.spec.bootstrap")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleRestoreSpec(
        @JsonPropertyDescription("what is restored") @Required
        RestoreSource source,

        @JsonPropertyDescription("where to") @Required Destination destination,

        @JsonPropertyDescription("how long the restore may take; default 1h")
        @Pattern("^([0-9]+(ms|s|m|h))+$")
        @Size(max = 32)
        @Nullable
        String timeout) {

    public String timeoutOrDefault() {
        return timeout == null ? "1h" : timeout;
    }
}
