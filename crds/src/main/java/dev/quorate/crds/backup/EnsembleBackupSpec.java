package dev.quorate.crds.backup;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.quorate.crds.Named;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// What to back up, and where to. Ephemeral znodes and sessions are always left out.
@ValidationRule(value = "self == oldSelf", message = "a backup cannot be changed; make a new one")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleBackupSpec(
        @JsonPropertyDescription("the ensemble to back up") @Required
        Named ensembleRef,

        @JsonPropertyDescription("the volume that the backup is written to") @Required
        ClaimReference persistentVolumeClaim,

        @JsonPropertyDescription("how long the backup may take; default 30m")
        @Pattern("^([0-9]+(ms|s|m|h))+$")
        @Size(max = 32)
        @Nullable
        String timeout) {

    public String timeoutOrDefault() {
        return timeout == null ? "30m" : timeout;
    }
}
