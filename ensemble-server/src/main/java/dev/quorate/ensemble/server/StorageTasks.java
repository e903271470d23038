package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.DynamicConfigFiles;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.storage.EpochFiles;
import dev.quorate.ensemble.storage.Recovery;
import dev.quorate.ensemble.storage.SnapshotFiles;
import dev.quorate.ensemble.storage.TxnLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the log's thread does besides appending. Log thread only.
final class StorageTasks {
    private final Path snapshots;
    private final TxnLog log;
    private final EpochFiles epochs;
    private final Recovery recovery;
    private final @Nullable DynamicConfigFiles configFiles;
    private final Consumer<Event> events;

    /// `configFiles` null: the configuration is not for us to write.
    StorageTasks(
            Path snapshots,
            TxnLog log,
            Recovery recovery,
            @Nullable DynamicConfigFiles configFiles,
            Consumer<Event> events) {
        this.snapshots = snapshots;
        this.log = log;
        this.epochs = new EpochFiles(snapshots);
        this.recovery = recovery;
        this.configFiles = configFiles;
        this.events = events;
    }

    void storeAcceptedEpoch(long epoch) throws IOException {
        epochs.accepted(epoch);
        events.accept(new Event.AcceptedEpochStored(epoch));
    }

    void storeCurrentEpoch(long epoch) throws IOException {
        epochs.current(epoch);
        events.accept(new Event.CurrentEpochStored(epoch));
    }

    void rollLog() throws IOException {
        log.roll();
    }

    void truncate(long zxid) throws IOException {
        long snapshot = recovery.newestSnapshot(zxid);
        if (snapshot < 0 || !log.canCut(zxid, snapshot)) {
            events.accept(new Event.CutRefused(zxid));
            return;
        }
        // Snapshots first: one that holds more than the log would bring back on restart what was cut (§8 (8) of the
        // peer protocol).
        SnapshotFiles.dropNewerThan(snapshots, zxid);
        log.truncate(zxid);
        Recovery.Reread reread = recovery.reread(zxid, chunk -> events.accept(new Event.SnapshotReloaded(chunk)));
        events.accept(new Event.Truncated(zxid, reread.snapshotZxid(), reread.tail()));
    }

    void writeConfig(EnsembleConfig committed, EnsembleConfig lastSeen) throws IOException {
        if (configFiles != null) {
            configFiles.write(committed, lastSeen);
        }
    }
}
