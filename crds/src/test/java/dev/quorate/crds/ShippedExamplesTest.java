package dev.quorate.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.ensemble.Ensemble;
import dev.quorate.crds.restore.EnsembleRestore;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedExamplesTest {
    private static final Path EXAMPLES = Path.of("..", "deploy", "examples");
    private static final Map<String, Class<? extends CustomResource<?, ?>>> KINDS = Map.of(
            "Ensemble", Ensemble.class,
            "EnsembleBackup", EnsembleBackup.class,
            "EnsembleRestore", EnsembleRestore.class);

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyFieldOfAnExampleIsOneThatTheClassesKnow(Path file) throws IOException {
        for (JsonNode document : documents(file)) {
            Class<? extends CustomResource<?, ?>> type =
                    KINDS.get(document.path("kind").asText());
            if (type == null) {
                assertThat(document.path("apiVersion").asText()).as("%s", file).isEqualTo("v1");
                continue;
            }
            CustomResource<?, ?> read = Serialization.unmarshal(document.toString(), type);
            JsonNode again = new ObjectMapper().readTree(Serialization.asJson(read));
            assertThat(again.path("apiVersion")).as("%s", file).isEqualTo(document.path("apiVersion"));
            assertThat(again.path("spec")).as("%s", file).isEqualTo(document.path("spec"));
        }
    }

    @Test
    void restoreExampleTakesTheBackupOfTheBackupExampleOutOfItsClaim() throws IOException {
        List<JsonNode> backup = documents(EXAMPLES.resolve("backup.yaml"));
        JsonNode restore = documents(EXAMPLES.resolve("restore.yaml")).getFirst();
        assertThat(backup.get(1).at("/spec/persistentVolumeClaim/claimName"))
                .isEqualTo(backup.get(0).at("/metadata/name"));
        assertThat(restore.at("/spec/source/backupRef/name"))
                .isEqualTo(backup.get(1).at("/metadata/name"));
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        YAMLFactory yaml = new YAMLFactory();
        return new ObjectMapper()
                .readValues(yaml.createParser(file.toFile()), JsonNode.class)
                .readAll();
    }
}
