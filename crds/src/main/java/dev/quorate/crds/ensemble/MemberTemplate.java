package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The part of a pod template that users may set. Labels of the operator cannot be overridden.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record MemberTemplate(
        @JsonPropertyDescription("labels and annotations of the pods") @Nullable
        Metadata metadata,

        @JsonPropertyDescription("settings of the pods") @Nullable
        PodSettings spec) {

    public static final MemberTemplate DEFAULT = new MemberTemplate(null, null);

    public Map<String, String> labels() {
        return metadata == null || metadata.labels() == null ? Map.of() : metadata.labels();
    }

    public Map<String, String> annotations() {
        return metadata == null || metadata.annotations() == null ? Map.of() : metadata.annotations();
    }

    public PodSettings settings() {
        return spec == null ? PodSettings.DEFAULT : spec;
    }

    /// Labels and annotations.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Metadata(
            @Size(max = 64) @Nullable Map<String, String> labels,
            @Size(max = 64) @Nullable Map<String, String> annotations) {}
}
