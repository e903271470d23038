package dev.quorate.ensemble.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.storage.Recovery.Recovered;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import dev.quorate.ensemble.wire.TxnWire;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeEmptySnapshot() throws IOException {
        write(new DataTree(false), 0);
    }

    private void write(DataTree tree, long zxid) throws IOException {
        SnapshotFile file = new SnapshotFile(directory, zxid);
        SnapshotCursor cursor = new SnapshotCursor(tree);
        SnapshotChunk chunk;
        while ((chunk = cursor.next(2)) != null) {
            file.write(chunk);
        }
        file.finish();
    }

    private static TxnEntry create(long zxid, String path) {
        Txn txn =
                new Txn.Create(path, new byte[10], List.of(new Acl(Acl.ALL, AuthId.ANYONE)), false, (int) zxid, false);
        return new TxnWire().encode(new TxnHeader(1, (int) zxid, zxid, 1000 + zxid, txn.type()), txn, null);
    }

    private void log(long from, long to) throws IOException {
        try (TxnLog log = new TxnLog(directory, 64, true)) {
            for (long zxid = from; zxid <= to; zxid++) {
                log.append(create(zxid, "/n" + zxid));
            }
            log.sync();
        }
    }

    private Recovered recover() throws IOException {
        return new Recovery(directory, directory, false).run(3);
    }

    @Test
    void snapshotAndLogGiveTheTreeBack() throws IOException {
        log(1, 5);
        log(6, 9);
        Recovered recovered = recover();
        assertThat(recovered.tree().lastZxid()).isEqualTo(9);
        assertThat(recovered.tree().get("/n9")).isNotNull();
        assertThat(recovered.tail()).extracting(TxnEntry::zxid).containsExactly(7L, 8L, 9L);
        write(recovered.tree(), 9);
        Recovered again = recover();
        assertThat(again.snapshotZxid()).isEqualTo(9);
        assertThat(again.tree().digest()).isEqualTo(recovered.tree().digest());
    }

    @Test
    void aTornTailIsCutAndSaysHowManyBytes() throws IOException {
        log(1, 3);
        Path file = directory.resolve("log.1");
        long whole = Files.size(file);
        try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
            torn.setLength(whole - 5);
        }
        Recovered recovered = recover();
        assertThat(recovered.tree().lastZxid()).isEqualTo(2);
        assertThat(recovered.notes()).singleElement().asString().contains(file.toString(), "bytes", "cut off", "0x2");
        assertThat(recover().notes()).isEmpty();
    }

    /// The disk was full, or power was lost, after space was held ahead and before anything was written.
    @Test
    void aLogFileOfZerosHoldsNothing() throws IOException {
        log(1, 3);
        Files.write(directory.resolve("log.4"), new byte[64 * 1024]);
        Recovered recovered = recover();
        assertThat(recovered.tree().lastZxid()).isEqualTo(3);
        assertThat(recovered.notes()).singleElement().asString().contains("log.4", "65536 bytes", "cut off");
        log(4, 5);
        assertThat(recover().tree().lastZxid()).isEqualTo(5);
    }

    @Test
    void aLogFileWithoutItsHeaderIsRefused() throws IOException {
        log(1, 3);
        byte[] file = new byte[64 * 1024];
        file[30_000] = 1;
        Files.write(directory.resolve("log.4"), file);
        assertThatThrownBy(this::recover).hasMessageContaining("log.4 at offset 0: no log file begins with 0x0");
    }

    @Test
    void aBadChecksumInTheMiddleNamesFileOffsetAndZxid() throws IOException {
        log(1, 3);
        Path file = directory.resolve("log.1");
        int entry = (int) ((Files.size(file) - TxnLog.HEADER_BYTES) / 3);
        int offset = TxnLog.HEADER_BYTES + entry;
        try (RandomAccessFile broken = new RandomAccessFile(file.toFile(), "rw")) {
            broken.seek(offset + 40);
            broken.write(77);
        }
        assertThatThrownBy(this::recover)
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(file + " at offset " + offset + ", the entry after zxid 0x1: bad checksum");
    }

    @Test
    void aGapInTheLogIsRefused() throws IOException {
        log(1, 2);
        log(4, 5);
        assertThatThrownBy(this::recover).hasMessageContaining("0x4 follows 0x2: entries are missing");
    }

    @Test
    void aCorruptNewestSnapshotFallsBackToTheOneBefore() throws IOException {
        log(1, 4);
        write(recover().tree(), 4);
        Path newest = directory.resolve("snapshot.4");
        try (RandomAccessFile broken = new RandomAccessFile(newest.toFile(), "rw")) {
            broken.seek(60);
            broken.write(99);
        }
        Recovered recovered = recover();
        assertThat(recovered.snapshotZxid()).isZero();
        assertThat(recovered.tree().lastZxid()).isEqualTo(4);
        assertThat(recovered.notes()).singleElement().asString().contains(newest.toString());
    }

    @Test
    void theLogIsCutRightAfterAZxid() throws IOException {
        log(1, 3);
        log(4, 6);
        try (TxnLog log = new TxnLog(directory, 64, true)) {
            assertThat(log.canCut(2, 0)).isTrue();
            log.truncate(2);
            assertThat(log.canCut(9, 0)).isFalse();
            assertThat(log.canCut(9, 9)).isTrue();
        }
        assertThat(recover().tree().lastZxid()).isEqualTo(2);
    }

    @Test
    void epochsSurviveAndWhatPurgeLeavesIsEnough() throws IOException {
        EpochFiles epochs = new EpochFiles(directory);
        assertThat(epochs.accepted()).isEqualTo(-1);
        epochs.accepted(3);
        epochs.current(2);
        for (long zxid = 1; zxid <= 9; zxid += 3) {
            log(zxid, zxid + 2);
            write(recover().tree(), zxid + 2);
        }
        Purge.run(directory, directory, 2);
        Recovered recovered = recover();
        assertThat(recovered.acceptedEpoch()).isEqualTo(3);
        assertThat(recovered.currentEpoch()).isEqualTo(2);
        assertThat(recovered.tree().lastZxid()).isEqualTo(9);
        assertThat(Files.exists(directory.resolve("snapshot.0"))).isFalse();
        assertThat(Files.exists(directory.resolve("log.1"))).isFalse();
    }

    @Test
    void whoDiedBeforeTheEpochOfItsNewHistoryWasCurrentStartsWithTheOldEpoch() throws IOException {
        EpochFiles epochs = new EpochFiles(directory);
        epochs.accepted(2);
        epochs.current(1);
        log(0x1_0000_0001L, 0x1_0000_0002L);
        log(0x2_0000_0001L, 0x2_0000_0001L);
        assertThat(recover().currentEpoch()).isEqualTo(1);
        assertThat(recover().tree().lastZxid()).isEqualTo(0x2_0000_0001L);
    }

    @Test
    void aLogBeyondTheAcceptedEpochIsRefused() throws IOException {
        EpochFiles epochs = new EpochFiles(directory);
        epochs.accepted(1);
        epochs.current(1);
        log(0x2_0000_0001L, 0x2_0000_0001L);
        assertThatThrownBy(this::recover).hasMessageContaining("the log goes on to zxid 0x200000001");
    }
}
