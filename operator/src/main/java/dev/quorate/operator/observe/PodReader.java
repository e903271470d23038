package dev.quorate.operator.observe;

import dev.quorate.operator.desired.ObjectNames;
import dev.quorate.operator.observe.ObservedMember.PodFacts;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the API says of a member's pod, before its server is asked.
final class PodReader {
    private static final String SERVER = "server";
    private static final Set<String> HOPELESS = Set.of(
            "CrashLoopBackOff",
            "ImagePullBackOff",
            "ErrImagePull",
            "ErrImageNeverPull",
            "InvalidImageName",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError");

    private PodReader() {}

    static boolean isLeaving(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    static PodFacts facts(Pod pod) {
        Map<String, String> annotations =
                Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
        String address = pod.getStatus() == null || pod.getStatus().getPodIP() == null
                ? ""
                : pod.getStatus().getPodIP();
        Optional<ContainerStateTerminated> ended =
                ContainerReport.ended(pod, SERVER).or(() -> ContainerReport.ended(pod, "restore"));
        String image = pod.getSpec().getContainers().stream()
                .filter(c -> c.getName().equals(SERVER))
                .map(c -> c.getImage())
                .findFirst()
                .orElse("");
        return new PodFacts(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                address,
                annotations.getOrDefault(ObjectNames.REVISION, ""),
                annotations.getOrDefault(ObjectNames.CONFIG, ""),
                annotations.getOrDefault(ObjectNames.RESTART_AT, ""),
                image,
                detail(pod, ended),
                ended.map(ContainerStateTerminated::getExitCode).orElse(-1),
                readySince(pod));
    }

    /// What it left when it ended with an error, else what it waits for.
    private static String detail(Pod pod, Optional<ContainerStateTerminated> ended) {
        return ended.filter(e -> e.getExitCode() != 0)
                .map(e -> ContainerReport.line(e.getMessage()))
                .filter(line -> !line.isEmpty())
                .orElseGet(() -> Stream.of("restore", SERVER)
                        .map(container -> ContainerReport.waits(pod, container))
                        .filter(line -> !line.isEmpty())
                        .findFirst()
                        .orElse(""));
    }

    /// The state as far as the API knows it; Alive where the server has to be asked.
    static MemberState state(Pod pod) {
        if (isLeaving(pod)) {
            return MemberState.Missing;
        }
        if (pod.getStatus() == null) {
            return MemberState.Starting;
        }
        String phase = String.valueOf(pod.getStatus().getPhase());
        boolean hopeless = Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .anyMatch(PodReader::isHopeless);
        if (phase.equals("Failed") || phase.equals("Succeeded") || hopeless) {
            return MemberState.Dead;
        }
        boolean started = pod.getStatus().getContainerStatuses().stream()
                .anyMatch(c -> c.getName().equals(SERVER) && Boolean.TRUE.equals(c.getStarted()));
        return started ? MemberState.Alive : MemberState.Starting;
    }

    private static boolean isHopeless(ContainerStatus status) {
        if (status.getState() == null) {
            return false;
        }
        boolean waits = status.getState().getWaiting() != null
                && HOPELESS.contains(
                        String.valueOf(status.getState().getWaiting().getReason()));
        ContainerStateTerminated ended = status.getState().getTerminated();
        return waits || (ended != null && ended.getExitCode() != 0);
    }

    private static Optional<Instant> readySince(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready") && c.getStatus().equals("True"))
                .map(PodCondition::getLastTransitionTime)
                .map(ContainerReport::at)
                .findFirst();
    }
}
