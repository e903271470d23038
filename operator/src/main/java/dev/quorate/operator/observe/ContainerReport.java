package dev.quorate.operator.observe;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a pod says of a container that runs once: how it ended, or what it waits for.
final class ContainerReport {
    private static final int LINE_MAX = 1000;

    private ContainerReport() {}

    /// How the container ended; also when it was started again since.
    static Optional<ContainerStateTerminated> ended(Pod pod, String container) {
        return Optional.ofNullable(status(pod, container)).flatMap(s -> Stream.of(s.getState(), s.getLastState())
                .map(state -> state == null ? null : state.getTerminated())
                .filter(terminated -> terminated != null)
                .findFirst());
    }

    /// Why the pod does not run, "" when it does or nothing is known.
    static String waits(Pod pod, String container) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return "";
        }
        ContainerStatus own = status(pod, container);
        ContainerState state = own == null ? null : own.getState();
        ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
        if (waiting != null && !List.of("ContainerCreating", "PodInitializing").contains(waiting.getReason())) {
            return waiting.getMessage() == null
                    ? waiting.getReason()
                    : waiting.getReason() + ": " + line(waiting.getMessage());
        }
        return status.getConditions().stream()
                .filter(c -> c.getType().equals("PodScheduled") && c.getStatus().equals("False"))
                .map(c -> line(c.getMessage()))
                .findFirst()
                .orElse("");
    }

    /// The termination message's last line that says something: where the program left none, it is the log's tail.
    static String line(@Nullable String message) {
        if (message == null) {
            return "";
        }
        String last =
                message.lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("");
        return last.length() > LINE_MAX ? last.substring(0, LINE_MAX) : last.strip();
    }

    static Instant at(@Nullable String time) {
        return time == null ? Instant.EPOCH : Instant.parse(time);
    }

    private static @Nullable ContainerStatus status(Pod pod, String container) {
        PodStatus status = pod.getStatus();
        return status == null
                ? null
                : Stream.concat(status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream())
                        .filter(s -> s.getName().equals(container))
                        .findFirst()
                        .orElse(null);
    }
}
