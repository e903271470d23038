package dev.quorate.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// Usage, exit codes and errors of `./quorate`; that it works is shown by the end-to-end suite.
final class CommandLineTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int quorate(String... arguments) {
        CommandLine line = QuorateCommand.line();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "status", "logs", "down"})
    void everyCommandHasHelpWithItsExitCodes(String command) {
        assertThat(quorate(command, "--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:", "  2   wrong usage", "--state-dir");
    }

    @Test
    void errorsAreOneLineThatNamesTheThing() throws Exception {
        assertThat(quorate("logs")).isEqualTo(2);
        assertThat(quorate("status", "--output", "xml")).isEqualTo(2);
        assertThat(quorate()).isEqualTo(2);
        assertThat(quorate("status", "--state-dir", folder.toString())).isEqualTo(3);
        assertThat(quorate("up", "--state-dir", folder.toString(), "-f", "missing.yaml"))
                .isEqualTo(2);
        Path broken = Files.writeString(folder.resolve("broken.yaml"), "kind: Ensemble\nspec: [\n");
        assertThat(quorate("up", "--state-dir", folder.toString(), "-f", broken.toString()))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "quorate: Missing required parameter: 'POD' (see quorate logs --help)",
                        "quorate: Invalid value for option '--output': expected one of [text, json] (case-sensitive) but was 'xml' (see quorate status --help)",
                        "quorate: Missing required subcommand (see quorate --help)",
                        "quorate: the embedded mode is not running on " + folder + ": ./quorate up starts it",
                        "quorate: no such file: missing.yaml",
                        "quorate: " + broken + ": line 2: while parsing a flow node");
    }

    @Test
    void deletingDataLeavesFilesOfOthersAlone() throws Exception {
        Path foreign = Files.writeString(folder.resolve("thesis.txt"), "precious");
        Files.createDirectories(folder.resolve("objects"));
        assertThat(quorate("down", "--delete-data", "--state-dir", folder.toString()))
                .isZero();
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(foreign);
        }
    }
}
