package dev.quorate.local.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {
    @TempDir
    Path directory;

    private String status(String containerStatuses) throws IOException {
        ResourceType pods = new Registry(new ObjectStore(directory)).builtIn("Pod");
        String pod = "{metadata: {name: p}, spec: {containers: [{}]}, status: {phase: Phase" + containerStatuses + "}}";
        return new Tables(new CelRules())
                .of(pods, Json.of(pod), true)
                .at("/rows/0/cells/2")
                .asText();
    }

    @Test
    void theStatusOfAPodIsTheReasonOfItsContainerOrThePhase() throws IOException {
        assertThat(status("")).isEqualTo("Phase");
        assertThat(status(", containerStatuses: [{ready: true, state: {running: {}}}]"))
                .isEqualTo("Phase");
        assertThat(status(", containerStatuses: [{ready: false, state: {terminated: {reason: Completed}}}]"))
                .isEqualTo("Completed");
        assertThat(status(", containerStatuses: [{ready: false, state: {waiting: {reason: CrashLoopBackOff}}}]"))
                .isEqualTo("CrashLoopBackOff");
    }
}
