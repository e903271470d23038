package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PodWorldTest {
    private static final Map<String, Path> PATHS = Map.of(
            "/dev/termination-log", Path.of("/t/log"), "/data/inner", Path.of("/v/inner"), "/data", Path.of("/v/data"));

    private static String rewritten(String text) {
        return PodWorld.rewritten(text, PATHS);
    }

    @Test
    void onlyWholeMountPathsAreRewrittenLongestFirst() {
        assertThat(rewritten("--dir=/data/x")).isEqualTo("--dir=/v/data/x");
        assertThat(rewritten("/data/inner/y:/data")).isEqualTo("/v/inner/y:/v/data");
        assertThat(rewritten("/database /my/data /data-1 /data.old")).isEqualTo("/database /my/data /data-1 /data.old");
        assertThat(rewritten("--termination-log=/dev/termination-log")).isEqualTo("--termination-log=/t/log");
    }
}
