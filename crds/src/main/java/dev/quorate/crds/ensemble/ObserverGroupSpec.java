package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// A group of observers.
@ValidationRule(
        value = "has(self.storage) == has(oldSelf.storage)",
        message = "storage of a running ensemble cannot be added or removed",
        fieldPath = ".storage")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ObserverGroupSpec(
        @JsonPropertyDescription("name of the group, unique in the ensemble")
        @Required
        @Pattern("^[a-z]([a-z0-9-]*[a-z0-9])?$")
        @Size(max = 20)
        String name,

        @JsonPropertyDescription("number of observers") @Default("1") @Min(1) @Max(20) @Nullable
        Integer replicas,

        @JsonPropertyDescription("volumes of each observer") @Nullable
        StorageSpec storage,

        @JsonPropertyDescription("settings of the pods") @Nullable
        MemberTemplate template) {

    public int count() {
        return replicas == null ? 1 : replicas;
    }

    public StorageSpec storageOrDefault() {
        return storage == null ? StorageSpec.DEFAULT : storage;
    }

    public MemberTemplate templateOrDefault() {
        return template == null ? MemberTemplate.DEFAULT : template;
    }
}
