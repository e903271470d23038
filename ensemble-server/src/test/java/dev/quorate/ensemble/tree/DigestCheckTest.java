package dev.quorate.ensemble.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import org.junit.jupiter.api.Test;

class DigestCheckTest {
    private final DigestCheck check = new DigestCheck();

    private void apply(long zxid, long says, long is) {
        check.reached(zxid, is);
        Txn txn = new Txn.CreateSession(1000);
        check.applied(
                new TxnEntry(
                        new TxnHeader(1, 1, zxid, 1, txn.type()),
                        txn,
                        new TxnDigest(TxnDigest.VERSION, says),
                        new byte[0]),
                is);
    }

    @Test
    void everyTransactionThatGivesAnotherTreeIsCounted() {
        apply(1, 10, 10);
        apply(2, 20, 21);
        apply(3, 30, 31);
        assertThat(check.mismatches()).isEqualTo(2);
    }

    @Test
    void aSnapshotIsComparedWhereWritesEndedInIt() {
        check.snapshot(3, 30);
        check.reached(1, 99);
        apply(2, 20, 98);
        assertThat(check.mismatches()).isZero();
        apply(3, 30, 97);
        assertThat(check.mismatches()).isEqualTo(1);
        apply(4, 40, 96);
        assertThat(check.mismatches()).isEqualTo(1);
    }

    @Test
    void halfOfTheNextTransactionInASnapshotIsNoMismatch() {
        check.snapshot(3, 30);
        apply(3, 30, 35);
        apply(4, 40, 40);
        assertThat(check.mismatches()).isZero();
    }

    @Test
    void aTreeFromALeaderIsComparedOnceItMatched() {
        check.snapshot(0, 0);
        apply(5, 50, 55);
        assertThat(check.mismatches()).isZero();
        apply(6, 60, 60);
        apply(7, 70, 71);
        assertThat(check.mismatches()).isEqualTo(1);
    }

    /// Found by FaultsTest: a server wrote what its leader had sent to a file with the digest as of the leader's zxid,
    /// and found mismatches when it started from that.
    @Test
    void aTreeFromALeaderIsWrittenWithoutDigestUntilItMatched() {
        DataTree source = new DataTree(false);
        TreeLoader loader = new TreeLoader(false);
        send(source, loader);
        DataTree tree = loader.finish(5);
        assertThat(end(tree)).isEqualTo(new SnapshotChunk.End(0, 0));
        Txn txn = new Txn.CreateSession(1000);
        tree.apply(new TxnEntry(
                new TxnHeader(1, 1, 6, 1, txn.type()),
                txn,
                new TxnDigest(TxnDigest.VERSION, tree.digest()),
                new byte[0]));
        assertThat(end(tree)).isEqualTo(new SnapshotChunk.End(6, tree.digest()));
    }

    /// As the peers' wire does: without what the end says.
    private static void send(DataTree source, TreeLoader loader) {
        SnapshotCursor cursor = new SnapshotCursor(source);
        SnapshotChunk chunk;
        while ((chunk = cursor.next(10)) != null) {
            loader.accept(chunk instanceof SnapshotChunk.End ? new SnapshotChunk.End(0, 0) : chunk);
        }
    }

    private static SnapshotChunk end(DataTree tree) {
        SnapshotCursor cursor = new SnapshotCursor(tree);
        SnapshotChunk chunk;
        SnapshotChunk last = new SnapshotChunk.End(-1, -1);
        while ((chunk = cursor.next(10)) != null) {
            last = chunk;
        }
        return last;
    }

    @Test
    void transactionsWithoutDigestSayNothing() {
        Txn txn = new Txn.Error(-101);
        check.applied(new TxnEntry(new TxnHeader(1, 1, 1, 1, txn.type()), txn, null, new byte[0]), 5);
        assertThat(check.mismatches()).isZero();
    }
}
