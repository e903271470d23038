package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.storage.EpochFiles;
import dev.quorate.ensemble.storage.SnapshotFile;
import dev.quorate.ensemble.storage.SnapshotFiles;
import dev.quorate.ensemble.storage.TxnLog;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import dev.quorate.ensemble.wire.TxnWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A server's data directory, made by hand.
final class ServerFiles {
    static final List<Acl> OPEN = List.of(new Acl(Acl.ALL, AuthId.ANYONE));

    final Path dataDir;
    final Path versioned;

    ServerFiles(Path dataDir) throws IOException {
        this.dataDir = dataDir;
        this.versioned = Files.createDirectories(dataDir.resolve("version-2"));
    }

    ServerFiles snapshot(DataTree tree, long zxid) throws IOException {
        SnapshotFile file = new SnapshotFile(versioned, zxid);
        SnapshotCursor cursor = new SnapshotCursor(tree);
        SnapshotChunk chunk;
        while ((chunk = cursor.next(3)) != null) {
            file.write(chunk);
        }
        file.finish();
        return this;
    }

    ServerFiles log(TxnEntry... entries) throws IOException {
        return log(List.of(entries));
    }

    ServerFiles log(List<TxnEntry> entries) throws IOException {
        try (TxnLog log = new TxnLog(versioned, 64, false)) {
            for (TxnEntry entry : entries) {
                log.append(entry);
            }
        }
        return this;
    }

    ServerFiles epochs(long epoch) throws IOException {
        new EpochFiles(versioned).accepted(epoch);
        new EpochFiles(versioned).current(epoch);
        return this;
    }

    CleanSnapshot.Written filter(Rise rise, Path output) throws IOException {
        return CleanSnapshot.of(Source.open(dataDir, dataDir), rise)
                .write(Files.createDirectories(output.resolve("version-2")));
    }

    static TxnEntry entry(long session, long zxid, Txn txn) {
        return new TxnWire().encode(new TxnHeader(session, 1, zxid, 1000 + zxid, txn.type()), txn, null);
    }

    static TxnEntry create(long zxid, String path, int parentCreateCount) {
        return entry(1, zxid, new Txn.Create(path, new byte[3], OPEN, false, parentCreateCount, false));
    }

    static TxnEntry ephemeral(long session, long zxid, String path, int parentCreateCount) {
        return entry(session, zxid, new Txn.Create(path, new byte[3], OPEN, true, parentCreateCount, false));
    }

    /// Everything in a snapshot file, by path.
    static Map<String, SnapshotChunk.Node> nodes(Path snapshot) throws IOException {
        Map<String, SnapshotChunk.Node> nodes = new TreeMap<>();
        SnapshotFiles.read(snapshot, chunk -> {
            if (chunk instanceof SnapshotChunk.Nodes some) {
                some.nodes().forEach(node -> nodes.put(node.path(), node));
            }
        });
        return nodes;
    }
}
