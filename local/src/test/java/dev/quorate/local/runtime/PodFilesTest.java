package dev.quorate.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PodFilesTest {
    @TempDir
    private Path folder;

    @Test
    void onlyWholeMountPathsAreRewrittenLongestFirst() throws Exception {
        ObjectNode pod = (ObjectNode) new YAMLMapper().readTree("""
                metadata: {name: p, namespace: default, uid: u}
                spec:
                  volumes: [{name: data, emptyDir: {}}, {name: inner, emptyDir: {}}]
                  containers:
                  - name: main
                    volumeMounts: [{name: data, mountPath: /data}, {name: inner, mountPath: /data/inner}]
                """);
        PodFiles files = new PodFiles(new InMemoryCluster(), pod, folder, folder.resolve("claims"));
        var paths = files.rewriting(pod.at("/spec/containers/0"));
        Path data = folder.resolve("volumes/data");
        Path inner = folder.resolve("volumes/inner");
        assertThat(paths.apply("--dir=/data/x")).isEqualTo("--dir=" + data + "/x");
        assertThat(paths.apply("/data/inner/y:/data")).isEqualTo(inner + "/y:" + data);
        assertThat(paths.apply("/database /my/data /data-1 /data.old"))
                .isEqualTo("/database /my/data /data-1 /data.old");
        assertThat(paths.apply("--termination-log=/dev/termination-log"))
                .isEqualTo("--termination-log=" + files.termination("main"));
    }
}
