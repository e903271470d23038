package dev.quorate.operator.plan;

import dev.quorate.operator.desired.MemberSet;
import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Why a member is to be restarted.
public enum RestartReason {
    ImageChanged,
    ConfigChanged,
    RestartRequested,
    TemplateChanged;

    /// Empty for a pod that is what it should be.
    static List<RestartReason> of(MemberSet wanted, PodFacts pod) {
        if (pod.revision().equals(wanted.revision())) {
            return List.of();
        }
        Map<String, String> origin =
                wanted.object().getSpec().getTemplate().getMetadata().getAnnotations();
        String image = wanted.object()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
        List<RestartReason> reasons = new ArrayList<>();
        if (!image.equals(pod.image())) {
            reasons.add(ImageChanged);
        }
        if (!pod.config().equals(origin.get(ObjectNames.CONFIG))) {
            reasons.add(ConfigChanged);
        }
        if (!pod.restartAt().equals(origin.getOrDefault(ObjectNames.RESTART_AT, ""))) {
            reasons.add(RestartRequested);
        }
        return reasons.isEmpty() ? List.of(TemplateChanged) : List.copyOf(reasons);
    }
}
