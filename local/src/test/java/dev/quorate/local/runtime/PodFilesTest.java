package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PodFilesTest {
    @TempDir
    private Path folder;

    @Test
    void onlyWholeMountPathsAreRewrittenLongestFirst() {
        Path data = folder.resolve("volumes/data");
        Path inner = folder.resolve("volumes/inner");
        Path log = folder.resolve("termination/main");
        Map<String, Path> mounts = new LinkedHashMap<>();
        mounts.put("/dev/termination-log", log);
        mounts.put("/data/inner", inner);
        mounts.put("/data", data);
        var paths = new PodFiles.PathRewriting(mounts);
        assertThat(paths.apply("--dir=/data/x")).isEqualTo("--dir=" + data + "/x");
        assertThat(paths.apply("/data/inner/y:/data")).isEqualTo(inner + "/y:" + data);
        assertThat(paths.apply("/database /my/data /data-1 /data.old"))
                .isEqualTo("/database /my/data /data-1 /data.old");
        assertThat(paths.apply("--termination-log=/dev/termination-log")).isEqualTo("--termination-log=" + log);
    }
}
