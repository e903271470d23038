package dev.quorate.ensemble.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.request.History;
import dev.quorate.ensemble.request.RandomRequests;
import dev.quorate.ensemble.txn.Txn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Laws of storage-formats.md §6 and §4.4 over random histories; a failing case names its seed.
class HistoryLawsTest {
    private static final int HISTORIES = 150;
    private static final int LENGTH = 150;

    /// The clever pending changes, with up to dozens outstanding, decide as the dumb twin that waits for everything.
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 60})
    void aPipelineIsDecidedAsIfEachRequestHadWaited(int depth) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History piped = new History(new RandomRequests(seed, true));
            History waiting = new History(new RandomRequests(seed, true));
            RandomRequests pace = new RandomRequests(~seed, true);
            for (int i = 0; i < LENGTH; i++) {
                History.Entry expected = waiting.propose();
                waiting.applyAll();
                assertThat(text(piped.propose().txn()))
                        .as("seed %s request %s", seed, i)
                        .isEqualTo(text(expected.txn()));
                while (piped.outstanding() > pace.below(depth)) {
                    piped.applyOne();
                }
            }
            piped.applyAll();
            assertThat(TreeText.of(piped.tree)).as("seed %s", seed).isEqualTo(TreeText.of(waiting.tree));
            assertThat(piped.pending.size()).isZero();
        }
    }

    /// What the leader found good takes effect: applying never disagrees with preparing.
    @ParameterizedTest
    @ValueSource(ints = {1, 40})
    void whatWasPreparedIsAppliedWithoutError(int depth) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = new History(new RandomRequests(seed, true));
            for (int i = 0; i < LENGTH; i++) {
                history.propose();
                if (history.outstanding() >= depth) {
                    int at = history.entries.size() - history.outstanding();
                    History.Entry entry = history.entries.get(at);
                    ApplyResult result = history.applyOne();
                    int expected = entry.txn() instanceof Txn.Error(int code) ? code : 0;
                    assertThat(result.error())
                            .as("seed %s entry %s", seed, entry)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void aFuzzySnapshotAndTheLogSinceItBeganGiveTheSameTree(int nodesPerChunk) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = run(seed, LENGTH / 2);
            long begun = history.tree.lastZxid();
            SnapshotCursor cursor = new SnapshotCursor(history.tree);
            TreeLoader loader = new TreeLoader(true);
            RandomRequests pace = new RandomRequests(~seed, true);
            for (SnapshotChunk chunk = cursor.next(nodesPerChunk); chunk != null; chunk = cursor.next(nodesPerChunk)) {
                assertThat(loader.accept(chunk)).as("seed %s", seed).isNull();
                for (int i = pace.below(12); i > 0; i--) {
                    history.propose();
                    history.applyAll();
                }
            }
            DataTree loaded = loader.finish(begun);
            replay(history, loaded, begun);
            assertThat(TreeText.of(loaded)).as("seed %s", seed).isEqualTo(TreeText.of(history.tree));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000})
    void aSnapshotTakenAtOnceIsTheTreeAsItWasWhateverComesMeanwhile(int nodesPerChunk) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = run(seed, LENGTH / 2);
            long begun = history.tree.lastZxid();
            String before = TreeText.of(history.tree);
            SnapshotCursor cursor = new SnapshotCursor(history.tree, 10_000);
            TreeLoader loader = new TreeLoader(true);
            for (SnapshotChunk chunk = cursor.next(nodesPerChunk); chunk != null; chunk = cursor.next(nodesPerChunk)) {
                assertThat(loader.accept(chunk)).as("seed %s", seed).isNull();
                history.propose();
                history.applyAll();
            }
            assertThat(TreeText.of(loader.finish(begun))).as("seed %s", seed).isEqualTo(before);
        }
    }

    /// The fuzziest snapshot of all: everything is in it already.
    @ParameterizedTest
    @ValueSource(ints = {0, LENGTH / 2, LENGTH - 1})
    void replayOverWhatIsThereAlreadyChangesNothing(int from) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = run(seed, LENGTH);
            String before = TreeText.of(history.tree);
            replay(history, history.tree, from);
            assertThat(TreeText.of(history.tree)).as("seed %s", seed).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, LENGTH})
    void theRunningDigestIsThatOfTheTreeReadAnew(int length) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = run(seed, length);
            DataTree copy = copy(history.tree);
            assertThat(copy.digest()).as("seed %s", seed).isEqualTo(history.tree.digest());
            assertThat(TreeText.of(copy)).as("seed %s", seed).isEqualTo(TreeText.of(history.tree));
        }
    }

    static History run(int seed, int length) {
        History history = new History(new RandomRequests(seed, true));
        for (int i = 0; i < length; i++) {
            history.propose();
            history.applyAll();
        }
        return history;
    }

    /// Without the identities of arrays.
    private static String text(Txn txn) {
        return txn.toString().replaceAll("\\[B@[0-9a-f]+", "bytes");
    }

    private static void replay(History history, DataTree tree, long after) {
        for (History.Entry entry : history.entries) {
            if (entry.header().zxid() > after) {
                tree.apply(entry.header(), entry.txn());
            }
        }
    }

    static DataTree copy(DataTree tree) {
        TreeLoader loader = new TreeLoader(true);
        for (SnapshotChunk chunk : chunks(tree)) {
            assertThat(loader.accept(chunk)).isNull();
        }
        return loader.finish(tree.lastZxid());
    }

    private static List<SnapshotChunk> chunks(DataTree tree) {
        List<SnapshotChunk> chunks = new ArrayList<>();
        SnapshotCursor cursor = new SnapshotCursor(tree);
        for (@Nullable SnapshotChunk chunk = cursor.next(3); chunk != null; chunk = cursor.next(3)) {
            chunks.add(chunk);
        }
        return chunks;
    }
}
