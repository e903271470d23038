package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// How members may be taken down, by the cluster and by the operator.
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DisruptionSpec(
        @Nullable PodDisruptionBudgetSpec podDisruptionBudget,
        @Nullable UpdateStrategySpec updateStrategy) {

    public static final DisruptionSpec DEFAULT = new DisruptionSpec(null, null);

    public boolean budgetEnabled() {
        return podDisruptionBudget == null || !Boolean.FALSE.equals(podDisruptionBudget.enabled());
    }

    public UpdateStrategySpec strategy() {
        return updateStrategy == null ? UpdateStrategySpec.DEFAULT : updateStrategy;
    }
}
