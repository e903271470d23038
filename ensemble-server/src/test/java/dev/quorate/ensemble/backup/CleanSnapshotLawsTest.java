package dev.quorate.ensemble.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.request.History;
import dev.quorate.ensemble.request.RandomRequests;
import dev.quorate.ensemble.storage.Recovery;
import dev.quorate.ensemble.storage.SnapshotFile;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import dev.quorate.ensemble.tree.TreeText;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import dev.quorate.ensemble.wire.TxnWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The streaming filter against the slow way, which holds the whole tree: over random histories, with a fuzzy snapshot
/// somewhere in their middle. A failing case names its seed.
class CleanSnapshotLawsTest {
    private static final int HISTORIES = 120;
    private static final int LENGTH = 150;

    @TempDir
    Path directory;

    /// A history, its files as a server leaves them, and the tree that the leader had.
    private record Run(ServerFiles files, DataTree tree) {}

    private Run run(int seed) throws IOException {
        History history = new History(new RandomRequests(seed, true));
        RandomRequests pace = new RandomRequests(~seed, true);
        for (int i = pace.below(LENGTH); i > 0; i--) {
            history.propose();
            history.applyAll();
        }
        ServerFiles files = new ServerFiles(directory.resolve("source-" + seed));
        SnapshotFile snapshot = new SnapshotFile(files.versioned, history.tree.lastZxid());
        SnapshotCursor cursor = new SnapshotCursor(history.tree);
        SnapshotChunk chunk;
        while ((chunk = cursor.next(1 + pace.below(4))) != null) {
            snapshot.write(chunk);
            for (int i = pace.below(6); i > 0; i--) {
                history.propose();
                history.applyAll();
            }
        }
        snapshot.finish();
        for (int i = pace.below(LENGTH); i > 0; i--) {
            history.propose();
            history.applyAll();
        }
        List<TxnEntry> file = new ArrayList<>();
        for (History.Entry entry : history.entries) {
            file.add(new TxnWire().encode(entry.header(), entry.txn(), null));
            if (pace.below(40) == 0) {
                files.log(file);
                file.clear();
            }
        }
        files.log(file);
        return new Run(files, history.tree);
    }

    /// Everybody closes at the zxid where the tree stands; owners that never had a session go as orphans.
    private static void strip(DataTree tree) {
        for (long session : new TreeSet<>(tree.sessions().keySet())) {
            tree.apply(new TxnHeader(session, 0, tree.lastZxid(), 0, -11), new Txn.CloseSession(null));
        }
        tree.dropOrphanEphemerals();
    }

    @Test
    void whatIsStreamedIsTheReplayedTreeWithoutWhatSessionsOwn() throws IOException {
        int fuzzy = 0;
        int stripped = 0;
        for (int seed = 0; seed < HISTORIES; seed++) {
            Run run = run(seed);
            int sessions = run.tree.sessions().size();
            int ephemerals = run.tree.ephemeralCount();
            Path output = directory.resolve("output-" + seed);
            CleanSnapshot.Written written = run.files.filter(Rise.NONE, output);
            strip(run.tree);
            Path versioned = output.resolve("version-2");
            Recovery.Recovered recovered = new Recovery(versioned, versioned, true).run(0);
            assertThat(TreeText.of(recovered.tree())).as("seed %s", seed).isEqualTo(TreeText.of(run.tree));
            assertThat(recovered.notes()).as("seed %s", seed).isEmpty();
            assertThat(written.znodes()).as("seed %s", seed).isEqualTo(run.tree.size());
            assertThat(written.sessionsStripped()).as("seed %s", seed).isEqualTo(sessions);
            assertThat(written.ephemeralsStripped()).as("seed %s", seed).isEqualTo(ephemerals);
            fuzzy += written.transactionsReplayed() > 0 ? 1 : 0;
            stripped += ephemerals;
        }
        assertThat(fuzzy).isGreaterThan(HISTORIES / 2);
        assertThat(stripped).isGreaterThan(HISTORIES);
    }

    @Test
    void aRiseChangesNothingButZxidCountersAndTouchedParents() throws IOException {
        for (int seed = 0; seed < 30; seed++) {
            Run run = run(seed);
            CleanSnapshot.Written kept = run.files.filter(Rise.NONE, directory.resolve("kept-" + seed));
            CleanSnapshot.Written risen = run.files.filter(new Rise(5, 10, 1000), directory.resolve("risen-" + seed));
            assertThat(risen.zxid()).isEqualTo(15L << 32);
            Map<String, SnapshotChunk.Node> before = ServerFiles.nodes(kept.file());
            int touched = 0;
            for (SnapshotChunk.Node node : ServerFiles.nodes(risen.file()).values()) {
                PersistedStat old = before.remove(node.path()).stat();
                PersistedStat stat = node.stat();
                assertThat(stat.createCount())
                        .as("seed %s %s", seed, node.path())
                        .isEqualTo(old.createCount() > 0 ? old.createCount() + 1000 : old.createCount());
                assertThat(EphemeralOwner.isSession(stat.owner(), true)).isFalse();
                if (stat.pzxid() != old.pzxid()) {
                    assertThat(stat.pzxid()).isEqualTo(risen.zxid());
                    touched++;
                }
                assertThat(List.of(stat.czxid(), stat.mzxid(), stat.ctime(), stat.mtime(), stat.owner()))
                        .isEqualTo(List.of(old.czxid(), old.mzxid(), old.ctime(), old.mtime(), old.owner()));
            }
            assertThat(before).as("seed %s", seed).isEmpty();
            assertThat((long) touched).as("seed %s", seed).isEqualTo(risen.touchedParents());
        }
    }

    @Test
    void twoRunsWriteTheSameBytes() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Run run = run(seed);
            Path one = directory.resolve("one-" + seed);
            Path two = directory.resolve("two-" + seed);
            run.files.filter(Rise.above(0), one);
            run.files.filter(Rise.above(0), two);
            try (var files = Files.list(one.resolve("version-2"))) {
                List<Path> all = files.toList();
                assertThat(all).hasSize(3);
                for (Path file : all) {
                    assertThat(two.resolve("version-2").resolve(file.getFileName()))
                            .hasSameBinaryContentAs(file);
                }
            }
        }
    }
}
