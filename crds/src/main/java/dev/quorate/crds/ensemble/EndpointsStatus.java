package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/// Where clients connect.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EndpointsStatus(
        @JsonPropertyDescription("the Service of all serving members")
        String clients,

        @JsonPropertyDescription("every member by name, for clients that follow the list")
        String connectString) {}
