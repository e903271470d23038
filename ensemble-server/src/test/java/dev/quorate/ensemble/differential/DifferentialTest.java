package dev.quorate.ensemble.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same script, word for word, with Apache ZooKeeper and with our server: every reply, error code, `Stat` and event
/// is the same, in the same order.
class DifferentialTest {
    private static final int RANDOM_REQUESTS = 2_000;
    /// A container that is reaped at any time would take a zxid at any time.
    private static final int NEVER = 3_600_000;
    private static final Path DIFFERENCES = Path.of("..", "docs", "differences.md");

    @ParameterizedTest(name = "{0} server(s)")
    @ValueSource(ints = {1, 3})
    void oneScriptHasOneTranscript(int servers, @TempDir Path directory) throws Exception {
        Conversing script = talk -> Script.run(talk, servers);
        try (Conversation theirs = converse(directory.resolve("theirs"), Kind.APACHE, servers, 500, script);
                Conversation ours = converse(directory.resolve("ours"), Kind.QUORATE, servers, 500, script)) {
            assertThat(theirs.requests()).isGreaterThan(1000);
            Transcripts.assertSame(ours.transcript(), theirs.transcript());
            assertDocumented(ours, theirs);
        }
    }

    private static void assertDocumented(Conversation ours, Conversation theirs) throws IOException {
        String documented = Files.readString(DIFFERENCES);
        theirs.deliberate().forEach((heading, lines) -> {
            assertThat(documented).contains("## " + heading);
            assertThat(ours.deliberate().get(heading)).as(heading).isNotEqualTo(lines);
        });
    }

    @ParameterizedTest(name = "{0} server(s), seed {1}")
    @CsvSource({"1, 2", "3, 1", "3, 2"})
    void randomRequestsHaveOneTranscript(int servers, long seed, @TempDir Path directory) throws Exception {
        Conversing random = talk -> new RandomScript(talk, seed).run(RANDOM_REQUESTS);
        try (Conversation theirs = converse(directory.resolve("theirs"), Kind.APACHE, servers, NEVER, random);
                Conversation ours = converse(directory.resolve("ours"), Kind.QUORATE, servers, NEVER, random)) {
            Transcripts.assertSame(ours.transcript(), theirs.transcript());
        }
    }

    @ParameterizedTest(name = "upgrading {0}")
    @ValueSource(booleans = {false, true})
    void localSessionsHaveOneTranscript(boolean upgrading, @TempDir Path directory) throws Exception {
        Conversing script = talk -> new LocalSessionScript(talk).run();
        String[] keys = {"localSessionsEnabled=true", "localSessionsUpgradingEnabled=" + upgrading};
        try (Conversation theirs = converse(directory.resolve("theirs"), Kind.APACHE, 3, NEVER, script, keys);
                Conversation ours = converse(directory.resolve("ours"), Kind.QUORATE, 3, NEVER, script, keys)) {
            Transcripts.assertSame(ours.transcript(), theirs.transcript());
        }
    }

    @Test
    void aServerWithoutALeaderHasOneTranscript(@TempDir Path directory) throws Exception {
        String[] keys = {"readonlymode.enabled=true", "localSessionsEnabled=true", "localSessionsUpgradingEnabled=true"
        };
        try (ProcessEnsemble apache = ensemble(directory.resolve("theirs"), Kind.APACHE, 3, NEVER, keys);
                ProcessEnsemble quorate = ensemble(directory.resolve("ours"), Kind.QUORATE, 3, NEVER, keys)) {
            Conversation theirs = readOnly(apache);
            Conversation ours = readOnly(quorate);
            Transcripts.assertSame(ours.transcript(), theirs.transcript());
            assertDocumented(ours, theirs);
        }
    }

    private static Conversation readOnly(ProcessEnsemble ensemble) throws Exception {
        ensemble.startAll().awaitServing();
        List<ServerProcess> servers = leaderFirst(ensemble);
        try (Conversation talk = new Conversation(servers)) {
            new ReadOnlyScript(talk, servers).run();
            return talk;
        }
    }

    private interface Conversing {
        void with(Conversation talk) throws Exception;
    }

    private static Conversation converse(
            Path directory, Kind kind, int servers, int reaperMillis, Conversing what, String... keys)
            throws Exception {
        try (ProcessEnsemble ensemble = ensemble(directory, kind, servers, reaperMillis, keys)) {
            ensemble.startAll().awaitServing();
            Conversation conversation = new Conversation(leaderFirst(ensemble));
            what.with(conversation);
            return conversation;
        }
    }

    private static ProcessEnsemble ensemble(Path directory, Kind kind, int servers, int reaperMillis, String... keys)
            throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "extendedTypesEnabled=true",
                "enforceQuota=true",
                "maxSessionTimeout=60000",
                "znode.container.checkIntervalMs=" + reaperMillis,
                "DigestAuthenticationProvider.superDigest=super:xQJmxLMiHGwaqBvst5y6rkB6HQs="));
        lines.addAll(List.of(keys));
        return new ProcessEnsemble(directory, Collections.nCopies(servers, kind), lines.toArray(String[]::new));
    }

    static List<ServerProcess> leaderFirst(ProcessEnsemble ensemble) {
        List<ServerProcess> ordered = new ArrayList<>(ensemble.servers());
        ordered.sort(
                Comparator.comparing((ServerProcess server) -> !server.mode().equals("leader")));
        return ordered;
    }
}
