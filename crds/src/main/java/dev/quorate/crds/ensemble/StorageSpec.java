package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// The volumes of one member.
@ValidationRule(
        value = "has(self.data) == has(oldSelf.data) && (!has(self.data) || self.data == oldSelf.data)",
        message = "size and class of the volumes of a running ensemble cannot be changed yet",
        fieldPath = ".data")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record StorageSpec(
        @JsonPropertyDescription("the volume of snapshots and transaction log; default 10Gi of the default class")
        @Nullable
        VolumeSpec data,

        @JsonPropertyDescription("what becomes of the volumes when the Ensemble is deleted")
        @Default("Retain")
        @Nullable
        RetentionPolicy onEnsembleDelete) {

    public static final StorageSpec DEFAULT = new StorageSpec(null, null);

    public VolumeSpec dataOrDefault() {
        return data == null ? VolumeSpec.DEFAULT : data;
    }

    public boolean deletedWithEnsemble() {
        return onEnsembleDelete == RetentionPolicy.Delete;
    }
}
