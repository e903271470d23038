package dev.quorate.ensemble.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Removes snapshots and logs that nobody needs to recover (storage-formats.md §8).
public final class Purge {
    private Purge() {}

    /// Keeps the `retained` newest snapshots and every log that may hold entries after the oldest of them. Returns what
    /// was removed.
    public static List<Path> run(Path snapshots, Path logs, int retained) throws IOException {
        List<Path> removed = new ArrayList<>();
        List<SnapshotFiles.Found> found = SnapshotFiles.newestFirst(snapshots);
        if (found.size() <= retained) {
            return removed;
        }
        long oldest = found.get(retained - 1).zxid();
        for (SnapshotFiles.Found snapshot : found.subList(retained, found.size())) {
            Files.deleteIfExists(snapshot.path());
            removed.add(snapshot.path());
        }
        List<ZxidFiles.Named> files = ZxidFiles.list(logs, TxnLog.PREFIX);
        for (int i = 0; i + 1 < files.size(); i++) {
            // The one that begins at or before the snapshot may go on behind it; those before that one cannot.
            if (files.get(i + 1).zxid() <= oldest) {
                Files.deleteIfExists(files.get(i).path());
                removed.add(files.get(i).path());
            }
        }
        return removed;
    }
}
