package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the user asks for.
@ValidationRule(
        value = "self.participants.replicas >= 3 || self.profile == 'Development'",
        message = "one participant is no ensemble: allowed only with profile Development",
        fieldPath = ".participants.replicas")
@ValidationRule(
        value = "has(self.bootstrap) == has(oldSelf.bootstrap)",
        message = "how an ensemble was bootstrapped cannot be changed",
        fieldPath = ".bootstrap")
@ValidationRule(
        value = "!has(self.observers) || self.observers.all(o, o.name != 'participants')",
        message = "the name participants is taken",
        fieldPath = ".observers")
@ValidationRule(
        value =
                "(has(self.observers) ? self.observers.size() : 0) == (has(oldSelf.observers) ? oldSelf.observers.size() : 0)"
                        + " && (!has(self.observers) || self.observers.all(o, oldSelf.observers.exists(p, p.name == o.name && p.replicas == o.replicas)))",
        message = "changing the set of observers of a running ensemble is not implemented yet",
        fieldPath = ".observers")
@ValidationRule(
        value =
                "!has(self.disruption) || !has(self.disruption.podDisruptionBudget) || !has(self.disruption.podDisruptionBudget.maxUnavailable)"
                        + " || self.disruption.podDisruptionBudget.maxUnavailable <= (self.participants.replicas - 1) / 2",
        message = "maxUnavailable must leave a quorum: at most (replicas - 1) / 2",
        fieldPath = ".disruption.podDisruptionBudget.maxUnavailable")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnsembleSpec(
        @JsonPropertyDescription("Production or Development; only selects derived defaults and allows one participant")
        @Default("Production")
        @Nullable
        Profile profile,

        @JsonPropertyDescription("server version; informative when image is given")
        @Pattern("^[0-9]+[.][0-9]+[.][0-9]+.*$")
        @Size(max = 64)
        @Nullable
        String version,

        @JsonPropertyDescription("image of the server; derived from the operator's setting when absent") @Nullable
        ImageSpec image,

        @JsonPropertyDescription("the members that vote") @Required
        ParticipantsSpec participants,

        @JsonPropertyDescription("groups of members that follow without a vote") @Size(max = 8) @Nullable
        List<ObserverGroupSpec> observers,

        @JsonPropertyDescription("settings of every server") @Nullable
        ConfigSpec config,

        @JsonPropertyDescription("how members may be taken down") @Nullable
        DisruptionSpec disruption,

        @JsonPropertyDescription("where the first data comes from; an empty ensemble when absent") @Nullable
        BootstrapSpec bootstrap) {

    public Profile profileOrDefault() {
        return profile == null ? Profile.Production : profile;
    }

    public List<ObserverGroupSpec> observerGroups() {
        return observers == null ? List.of() : observers;
    }

    public ConfigSpec configOrDefault() {
        return config == null ? ConfigSpec.DEFAULT : config;
    }

    public DisruptionSpec disruptionOrDefault() {
        return disruption == null ? DisruptionSpec.DEFAULT : disruption;
    }

    public Optional<String> recoveryBackup() {
        return bootstrap == null || bootstrap.recovery() == null
                ? Optional.empty()
                : Optional.of(bootstrap.recovery().source().backupRef().name());
    }

    /// The epoch that restored data must stand above, null where only the backup's own counts.
    public @Nullable Long recoveryEpochAbove() {
        return bootstrap == null || bootstrap.recovery() == null
                ? null
                : bootstrap.recovery().epochAbove();
    }
}
