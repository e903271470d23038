package dev.quorate.ensemble.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.model.Stat;
import dev.quorate.ensemble.model.ZnodePath;
import dev.quorate.ensemble.request.History;
import dev.quorate.ensemble.request.RandomRequests;
import dev.quorate.ensemble.wire.TxnWire;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.junit.jupiter.api.Test;

/// Apache ZooKeeper's own tree, given our transactions as bytes, is ours: every stat, every child, and the digest after
/// each transaction. Without TTL znodes, which upstream knows by a system property only.
class ZooKeeperTreeTest {
    private static final int HISTORIES = 60;
    private static final int LENGTH = 200;

    @Test
    void sameTransactionsGiveTheSameTreeAndDigest() throws Exception {
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = new History(new RandomRequests(seed, false));
            org.apache.zookeeper.server.DataTree theirs = new org.apache.zookeeper.server.DataTree();
            for (int i = 0; i < LENGTH; i++) {
                History.Entry entry = history.propose();
                history.applyAll();
                byte[] bytes =
                        new TxnWire().encode(entry.header(), entry.txn(), null).bytes();
                TxnLogEntry read = SerializeUtils.deserializeTxn(bytes);
                theirs.processTxn(read.getHeader(), read.getTxn());
                assertThat(history.tree.digest())
                        .as("seed %s entry %s", seed, entry)
                        .isEqualTo(theirs.getTreeDigest());
            }
            assertThat(text(history.tree)).as("seed %s", seed).isEqualTo(text(theirs, history.tree));
        }
    }

    private static String text(DataTree tree) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(tree.nodes).forEach((key, node) -> text.append(key)
                .append(' ')
                .append(node.stat(false))
                .append(new TreeSet<>(node.childNames()))
                .append('\n'));
        return text.toString();
    }

    private static String text(org.apache.zookeeper.server.DataTree tree, DataTree ours) throws Exception {
        StringBuilder text = new StringBuilder();
        assertThat(tree.getNodeCount()).isEqualTo(ours.size() + 1);
        for (String key : new TreeSet<>(ours.nodes.keySet())) {
            String path = ZnodePath.shown(key);
            org.apache.zookeeper.data.Stat stat = tree.statNode(path, null);
            Stat same = new Stat(
                    stat.getCzxid(),
                    stat.getMzxid(),
                    stat.getCtime(),
                    stat.getMtime(),
                    stat.getVersion(),
                    stat.getCversion(),
                    stat.getAversion(),
                    stat.getEphemeralOwner(),
                    stat.getDataLength(),
                    stat.getNumChildren(),
                    stat.getPzxid());
            text.append(key)
                    .append(' ')
                    .append(same)
                    .append(new TreeSet<>(tree.getChildren(path, null, null)))
                    .append('\n');
        }
        return text.toString();
    }
}
