package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A pod's status as its containers' states make it. Any thread.
final class PodStatus {
    private final JsonNode pod;
    private final Map<String, ContainerState> init = new LinkedHashMap<>();
    private final Map<String, ContainerState> main = new LinkedHashMap<>();
    private boolean initialised;
    private String phase = "Pending";

    PodStatus(JsonNode pod) {
        this.pod = pod;
        for (JsonNode container : pod.at("/spec/initContainers")) {
            init.put(container.path("name").asText(), initial(container));
        }
        for (JsonNode container : pod.at("/spec/containers")) {
            main.put(container.path("name").asText(), initial(container));
        }
        initialised = init.isEmpty();
    }

    /// A container that ran before the embedded mode was stopped goes on counting its restarts.
    ContainerState initial(JsonNode container) {
        String name = container.path("name").asText();
        int restarts = Json.stream(pod.at("/status/containerStatuses"))
                .filter(c -> c.path("name").asText().equals(name))
                .filter(c -> !c.path("containerID").asText().isEmpty())
                .mapToInt(c -> c.path("restartCount").asInt() + 1)
                .findFirst()
                .orElse(0);
        String reason = pod.at("/spec/initContainers").isEmpty() ? "ContainerCreating" : "PodInitializing";
        return ContainerState.waiting(name, container.path("image").asText(), restarts, reason);
    }

    synchronized void changed(ContainerState state, boolean isInit) {
        (isInit ? init : main).put(state.name(), state);
        if (!isInit && state.state() instanceof ContainerState.Running) {
            phase = "Running";
        }
    }

    synchronized void initialised() {
        initialised = true;
    }

    synchronized void finished(boolean succeeded) {
        phase = succeeded ? "Succeeded" : "Failed";
    }

    synchronized void writeTo(ObjectNode status) {
        status.put("phase", phase);
        if (!init.isEmpty()) {
            ArrayNode list = status.putArray("initContainerStatuses");
            init.values().forEach(c -> list.add(c.json().put("ready", succeeded(c))));
        }
        ArrayNode list = status.putArray("containerStatuses");
        main.values().forEach(c -> list.add(c.json()));
        Json.condition(status, "PodReadyToStartContainers", "True", "", "");
        List<String> uninitialised = names(init, false);
        Json.condition(
                status,
                "Initialized",
                initialised ? "True" : "False",
                initialised ? "" : "ContainersNotInitialized",
                initialised ? "" : "containers with incomplete status: " + uninitialised);
        List<String> unready = names(main, true);
        String ready = unready.isEmpty() ? "True" : "False";
        String reason = unready.isEmpty()
                ? ""
                : phase.equals("Succeeded")
                        ? "PodCompleted"
                        : phase.equals("Failed") ? "PodFailed" : "ContainersNotReady";
        String message = reason.equals("ContainersNotReady") ? "containers with unready status: " + unready : "";
        Json.condition(status, "Ready", ready, reason, message);
        Json.condition(status, "ContainersReady", ready, reason, message);
        Json.condition(status, "PodScheduled", "True", "", "");
    }

    private static List<String> names(Map<String, ContainerState> of, boolean main) {
        return of.values().stream()
                .filter(c -> main ? !c.ready() : !succeeded(c))
                .map(ContainerState::name)
                .toList();
    }

    private static boolean succeeded(ContainerState state) {
        return state.state() instanceof ContainerState.Terminated t && t.exitCode() == 0;
    }
}
