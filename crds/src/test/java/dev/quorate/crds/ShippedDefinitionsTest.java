package dev.quorate.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedDefinitionsTest {
    private static final Path SHIPPED = Path.of("..", "deploy", "crds");

    @Test
    void shippedYamlIsWhatTheClassesSay(@TempDir Path scratch) throws IOException {
        Map<String, String> generated = GeneratedDefinitions.yaml(scratch);
        if (Boolean.getBoolean("crds.update")) {
            for (Map.Entry<String, String> file : generated.entrySet()) {
                Files.writeString(SHIPPED.resolve(file.getKey()), file.getValue());
            }
        }
        for (Map.Entry<String, String> file : generated.entrySet()) {
            assertThat(Files.readString(SHIPPED.resolve(file.getKey())))
                    .as("deploy/crds/%s is out of date: run this test with -Dcrds.update=true", file.getKey())
                    .isEqualTo(file.getValue());
        }
    }
}
