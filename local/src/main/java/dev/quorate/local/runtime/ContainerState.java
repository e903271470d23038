package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// What a pod's status says of one container.
///
/// @param last how the run before ended
/// @param process `process://PID` of the last run; empty before the first
record ContainerState(
        String name,
        String image,
        State state,
        Optional<Terminated> last,
        boolean ready,
        boolean started,
        int restarts,
        String process) {

    sealed interface State {}

    record Waiting(String reason, String message) implements State {}

    record Running(String startedAt) implements State {}

    record Terminated(int exitCode, String startedAt, String finishedAt, String message, String process)
            implements State {}

    static ContainerState waiting(String name, String image, int restarts, String reason) {
        return new ContainerState(name, image, new Waiting(reason, ""), Optional.empty(), false, false, restarts, "");
    }

    ContainerState with(State next) {
        Optional<Terminated> before = state instanceof Terminated t ? Optional.of(t) : last;
        return new ContainerState(name, image, next, before, false, false, restarts, process);
    }

    ContainerState running(String startedAt, String newProcess, int newRestarts) {
        ContainerState next = with(new Running(startedAt));
        return new ContainerState(name, image, next.state, next.last, false, false, newRestarts, newProcess);
    }

    ContainerState probed(boolean isReady, boolean isStarted) {
        return new ContainerState(name, image, state, last, isReady, isStarted, restarts, process);
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("name", name);
        json.set("state", json(state));
        json.set("lastState", last.map(ContainerState::json).orElseGet(Json::object));
        return json.put("ready", ready)
                .put("started", started)
                .put("restartCount", restarts)
                .put("image", image)
                .put("imageID", image)
                .put("containerID", process);
    }

    private static ObjectNode json(State state) {
        ObjectNode json = Json.object();
        switch (state) {
            case Waiting w -> Json.text(json.putObject("waiting").put("reason", w.reason), "message", w.message);
            case Running r -> json.putObject("running").put("startedAt", r.startedAt);
            case Terminated t -> {
                ObjectNode node = json.putObject("terminated").put("exitCode", t.exitCode);
                node.put("reason", t.exitCode == 0 ? "Completed" : "Error");
                Json.text(node, "message", t.message);
                node.put("startedAt", t.startedAt).put("finishedAt", t.finishedAt);
                node.put("containerID", t.process);
            }
        }
        return json;
    }
}
