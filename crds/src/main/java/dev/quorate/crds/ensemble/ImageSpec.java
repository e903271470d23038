package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/// The image of the server.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageSpec(
        @JsonPropertyDescription("repository without tag; default: the operator's") @Size(min = 1, max = 512) @Nullable
        String repository,

        @JsonPropertyDescription("tag; default: the operator's")
        @Pattern("^[A-Za-z0-9_][A-Za-z0-9._-]*$")
        @Size(max = 128)
        @Nullable
        String tag,

        @JsonPropertyDescription("Always, IfNotPresent or Never") @Pattern("^(Always|IfNotPresent|Never)$") @Nullable
        String pullPolicy) {}
