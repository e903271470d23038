package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// The voters.
@ValidationRule(
        value = "self.replicas % 2 == 1",
        message = "replicas must be odd: an even number of voters tolerates no more failures than one less",
        fieldPath = ".replicas")
@ValidationRule(
        value = "self.replicas == oldSelf.replicas",
        message = "changing the number of participants of a running ensemble is not implemented yet",
        fieldPath = ".replicas")
@ValidationRule(
        value = "has(self.storage) == has(oldSelf.storage)",
        message = "storage of a running ensemble cannot be added or removed",
        fieldPath = ".storage")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParticipantsSpec(
        @JsonPropertyDescription("number of voters: 1, 3, 5, 7 or 9") @Default("3") @Min(1) @Max(9) @Nullable
        Integer replicas,

        @JsonPropertyDescription("volumes of each voter") @Nullable
        StorageSpec storage,

        @JsonPropertyDescription("settings of the pods") @Nullable
        MemberTemplate template) {

    public int count() {
        return replicas == null ? 3 : replicas;
    }

    public StorageSpec storageOrDefault() {
        return storage == null ? StorageSpec.DEFAULT : storage;
    }

    public MemberTemplate templateOrDefault() {
        return template == null ? MemberTemplate.DEFAULT : template;
    }
}
