package dev.quorate.crds.restore;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.quorate.crds.Named;
import io.fabric8.generator.annotation.Required;

/// What is restored.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RestoreSource(
        @JsonPropertyDescription("a completed EnsembleBackup of this namespace") @Required
        Named backupRef) {}
