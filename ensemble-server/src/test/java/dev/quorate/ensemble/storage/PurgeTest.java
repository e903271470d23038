package dev.quorate.ensemble.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `autopurge.snapRetainCount` promises. Snapshots and logs are told by their names, so empty files will do.
class PurgeTest {
    private Path snapshots;
    private Path logs;

    @BeforeEach
    void folders(@TempDir Path directory) throws IOException {
        snapshots = Files.createDirectories(directory.resolve("data/version-2"));
        logs = Files.createDirectories(directory.resolve("log/version-2"));
    }

    private void files(Path directory, String prefix, Iterable<Long> zxids) throws IOException {
        for (long zxid : zxids) {
            Files.createFile(directory.resolve(prefix + Long.toHexString(zxid)));
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theNewestSnapshotsStayWithTheLogThatTheOldestOfThemNeeds() throws IOException {
        files(snapshots, "snapshot.", List.of(0L, 0x10L, 0x20L, 0x30L, 0x40L));
        // 0x18 begins before snapshot 0x20 and may hold what comes after it.
        files(logs, "log.", List.of(0x1L, 0x11L, 0x18L, 0x21L, 0x31L, 0x41L));
        Files.createFile(logs.resolve("notes.txt"));
        List<Path> removed = Purge.run(snapshots, logs, 3);
        assertThat(names(snapshots)).containsExactly("snapshot.20", "snapshot.30", "snapshot.40");
        assertThat(names(logs)).containsExactly("log.18", "log.21", "log.31", "log.41", "notes.txt");
        assertThat(removed).hasSize(4);
        assertThat(Purge.run(snapshots, logs, 3)).isEmpty();
    }

    @Test
    void noLogGoesWhileThereAreNoMoreSnapshotsThanAreKept() throws IOException {
        files(snapshots, "snapshot.", List.of(0x10L, 0x20L, 0x30L));
        files(logs, "log.", List.of(0x1L, 0x11L, 0x21L, 0x31L));
        assertThat(Purge.run(snapshots, logs, 3)).isEmpty();
        assertThat(names(logs)).hasSize(4);
    }

    @Test
    void snapshotsThatAreBeingWrittenAreNeitherCountedNorRemoved() throws IOException {
        files(snapshots, "snapshot.", List.of(0x10L, 0x20L, 0x30L));
        Files.createFile(snapshots.resolve(SnapshotFile.TEMPORARY_PREFIX + ".40"));
        assertThat(Purge.run(snapshots, logs, 3)).isEmpty();
        assertThat(names(snapshots)).hasSize(4);
    }

    /// Against the slow and obvious: a transaction after the oldest snapshot that stays has its log.
    @Test
    void everyTransactionAfterTheOldestKeptSnapshotKeepsItsLog() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 200; round++) {
            clear();
            TreeSet<Long> starts = some(random, 1 + random.nextInt(8));
            TreeSet<Long> taken = some(random, 1 + random.nextInt(8));
            files(logs, "log.", starts);
            files(snapshots, "snapshot.", taken);
            int retained = 1 + random.nextInt(5);
            Purge.run(snapshots, logs, retained);
            assertThat(names(snapshots)).hasSize(Math.min(retained, taken.size()));
            while (taken.size() > retained) {
                taken.pollFirst();
            }
            for (long zxid = taken.first() + 1; zxid <= 120; zxid++) {
                Long log = starts.floor(zxid);
                if (log != null) {
                    assertThat(logs.resolve("log." + Long.toHexString(log)))
                            .as("round %s: the log of 0x%x, oldest snapshot 0x%x", round, zxid, taken.first())
                            .exists();
                }
            }
        }
    }

    private static TreeSet<Long> some(SplittableRandom random, int count) {
        TreeSet<Long> zxids = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            zxids.add(1 + random.nextLong(100));
        }
        return zxids;
    }

    private void clear() throws IOException {
        for (Path directory : List.of(snapshots, logs)) {
            for (String name : names(directory)) {
                Files.delete(directory.resolve(name));
            }
        }
    }
}
