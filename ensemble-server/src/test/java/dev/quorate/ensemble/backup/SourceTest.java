package dev.quorate.ensemble.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.EphemeralOwner;
import dev.quorate.ensemble.model.PersistedStat;
import dev.quorate.ensemble.storage.SnapshotFile;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.txn.Txn;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories as servers of all ages, crashes and accidents leave them.
class SourceTest {
    @TempDir
    Path directory;

    private ServerFiles files;

    @BeforeEach
    void make() throws IOException {
        files = new ServerFiles(directory.resolve("source"));
    }

    private CleanSnapshot.Written filter() throws IOException {
        return files.filter(Rise.NONE, directory.resolve("output"));
    }

    private Map<String, SnapshotChunk.Node> filtered() throws IOException {
        Map<String, SnapshotChunk.Node> nodes = ServerFiles.nodes(filter().file());
        nodes.keySet().removeIf(path -> path.isEmpty() || path.startsWith("/zookeeper"));
        return nodes;
    }

    @Test
    void aLogAloneAsOf34IsReplayedFromItsBeginning() throws IOException {
        files.log(
                ServerFiles.entry(7, 1, new Txn.CreateSession(5000)),
                // Before 3.4 creates did not say what became of the parent's counter.
                ServerFiles.create(2, "/a", -1),
                ServerFiles.create(3, "/a/b", -1),
                ServerFiles.ephemeral(7, 4, "/a/e", -1),
                // nor closing sessions what they owned.
                ServerFiles.ephemeral(8, 5, "/a/f", -1),
                ServerFiles.entry(8, 6, new Txn.CloseSession(null)));
        CleanSnapshot.Written written = filter();
        Map<String, SnapshotChunk.Node> nodes = ServerFiles.nodes(written.file());
        assertThat(nodes).containsKeys("", "/a", "/a/b").doesNotContainKeys("/a/e", "/a/f");
        assertThat(nodes.get("/a").stat().createCount()).isEqualTo(3);
        assertThat(written.ephemeralsStripped()).isEqualTo(1);
        assertThat(written.sessionsStripped()).isEqualTo(1);
        assertThat(written.zxid()).isEqualTo(6);
        assertThat(written.timeMillis()).isEqualTo(1006);
        assertThat(written.notes()).singleElement().asString().contains("no snapshot", "from its beginning");
    }

    @Test
    void aFailedMultiChangesNothing() throws IOException {
        files.snapshot(new DataTree(true), 0);
        files.log(
                ServerFiles.entry(
                        1,
                        1,
                        new Txn.Multi(List.of(
                                new Txn.Create("/x", new byte[0], ServerFiles.OPEN, false, 1, false),
                                new Txn.Create("/y", new byte[0], ServerFiles.OPEN, true, 2, false)))),
                ServerFiles.entry(1, 2, new Txn.Multi(List.of(new Txn.Error(0), new Txn.Error(-101)))),
                ServerFiles.entry(1, 3, new Txn.Multi(List.of(new Txn.Delete("/x"), new Txn.Error(-2)))));
        assertThat(filtered()).containsOnlyKeys("/x");
    }

    @Test
    void containersAndTtlZnodesStayAsTheyAre() throws IOException {
        files.snapshot(new DataTree(true), 0);
        files.log(
                ServerFiles.entry(1, 1, new Txn.CreateContainer("/c", new byte[0], ServerFiles.OPEN, 1)),
                ServerFiles.entry(1, 2, new Txn.CreateTtl("/t", new byte[0], ServerFiles.OPEN, 2, 12345)),
                ServerFiles.ephemeral(9, 3, "/c/e", 1));
        CleanSnapshot.Written written = filter();
        Map<String, SnapshotChunk.Node> nodes = ServerFiles.nodes(written.file());
        assertThat(nodes.get("/c").stat().owner()).isEqualTo(EphemeralOwner.CONTAINER);
        assertThat(nodes.get("/c").stat().createCount()).isEqualTo(1);
        assertThat(nodes.get("/t").stat().owner()).isEqualTo(EphemeralOwner.ttl(12345));
        assertThat(nodes.get("/t").stat().mtime()).isEqualTo(1002);
        assertThat(nodes).doesNotContainKey("/c/e");
        assertThat(written.emptiedContainers()).isEqualTo(1);
    }

    /// A server with id 255 and no TTL znodes makes session ids of the same form.
    @Test
    void anOwnerThatIsKnownAsASessionIsOneWhateverItsForm() throws IOException {
        long session = EphemeralOwner.ttl(4711);
        files.snapshot(new DataTree(true), 0);
        files.log(
                ServerFiles.entry(session, 1, new Txn.CreateSession(5000)),
                ServerFiles.ephemeral(session, 2, "/e", 1),
                ServerFiles.entry(1, 3, new Txn.CreateTtl("/t", new byte[0], ServerFiles.OPEN, 2, 4712)));
        assertThat(filtered()).containsOnlyKeys("/t");
    }

    @Test
    void anEphemeralWithChildrenIsKeptAsPersistentAndNamed() throws IOException {
        SnapshotFile file = new SnapshotFile(files.versioned, 9);
        file.write(new SnapshotChunk.Head(new TreeMap<>(), Map.of()));
        file.write(new SnapshotChunk.Nodes(List.of(node("", 0), node("/e", 5), node("/e/child", 0), node("/f", 5))));
        file.write(new SnapshotChunk.End(0, 0));
        file.finish();
        CleanSnapshot.Written written = filter();
        Map<String, SnapshotChunk.Node> nodes = ServerFiles.nodes(written.file());
        assertThat(nodes).containsOnlyKeys("", "/e", "/e/child");
        assertThat(nodes.get("/e").stat().owner()).isZero();
        assertThat(written.notes()).anyMatch(note -> note.contains("/e has children"));
    }

    private static SnapshotChunk.Node node(String path, long owner) {
        return new SnapshotChunk.Node(path, new byte[0], -1, new PersistedStat(1, 1, 0, 0, 0, 1, 0, owner, 1));
    }

    @Test
    void parentsOfWhatASnapshotHoldsOfSessionsAreTouchedAlsoWhereTheLogNamesOnlySome() throws IOException {
        SnapshotFile file = new SnapshotFile(files.versioned, 9);
        file.write(new SnapshotChunk.Head(new TreeMap<>(Map.of(5L, 1000, 6L, 1000)), Map.of()));
        file.write(new SnapshotChunk.Nodes(List.of(
                node("", 0),
                node("/open", 0),
                node("/open/a", 5),
                node("/open/b", 0),
                node("/closed", EphemeralOwner.CONTAINER),
                node("/closed/a", 6),
                node("/full", EphemeralOwner.CONTAINER),
                node("/full/a", 5),
                node("/full/b", 0),
                node("/set", EphemeralOwner.CONTAINER),
                node("/set/a", 5),
                node("/set/b", 5))));
        file.write(new SnapshotChunk.End(0, 0));
        file.finish();
        // A list of what the session owns came with 3.6.
        files.log(
                ServerFiles.entry(6, 10, new Txn.CloseSession(null)),
                ServerFiles.entry(5, 11, new Txn.SetData("/set/a", new byte[1], 1)),
                ServerFiles.entry(1, 12, new Txn.Error(-101)));
        CleanSnapshot.Written written = filter();
        Map<String, SnapshotChunk.Node> nodes = ServerFiles.nodes(written.file());
        assertThat(nodes).containsOnlyKeys("", "/open", "/open/b", "/closed", "/full", "/full/b", "/set");
        Map<String, Long> pzxids = new TreeMap<>();
        nodes.forEach((path, node) -> pzxids.put(path, node.stat().pzxid()));
        assertThat(pzxids)
                .isEqualTo(Map.of(
                        "", 1L, "/open", 12L, "/open/b", 1L, "/closed", 10L, "/full", 12L, "/full/b", 1L, "/set", 12L));
        assertThat(written.ephemeralsStripped()).isEqualTo(4);
        assertThat(written.touchedParents()).isEqualTo(3);
        assertThat(written.emptiedContainers()).isEqualTo(1);
        assertThat(Inspection.of(Source.open(files.dataDir, files.dataDir)).ephemerals())
                .isEqualTo(Map.of(5L, new TreeSet<>(List.of("/full/a", "/open/a", "/set/a", "/set/b"))));
        // Memory is bound: the rest is only counted.
        Inspection some = Inspection.of(Source.open(files.dataDir, files.dataDir), 3);
        assertThat(some.ephemeralZnodes()).isEqualTo(4);
        assertThat(some.ephemerals().values().stream()
                        .mapToInt(Collection::size)
                        .sum())
                .isEqualTo(3);
        assertThat(some.notes()).contains("of 4 ephemeral znodes the first 3 are listed");
    }

    @Test
    void aZnodeBeforeItsParentMakesASnapshotUnreadable() throws IOException {
        for (List<SnapshotChunk.Node> wrong : List.of(
                List.of(node("", 0), node("/a/b", 0), node("/a", 0)),
                List.of(node("", 0), node("/a", 0), node("/ab/c", 0)),
                List.of(node("", 0), node("", 0)),
                List.of(node("/a", 0)))) {
            SnapshotFile file = new SnapshotFile(files.versioned, 9);
            file.write(new SnapshotChunk.Head(new TreeMap<>(), Map.of()));
            file.write(new SnapshotChunk.Nodes(wrong));
            file.write(new SnapshotChunk.End(0, 0));
            file.finish();
            assertThatThrownBy(this::filter)
                    .hasMessageContaining("no readable snapshot", "snapshot.9", "comes twice or before its parent");
        }
    }

    @Test
    void aCorruptNewestSnapshotFallsBackAndSaysSo() throws IOException {
        files.snapshot(new DataTree(true), 0).log(ServerFiles.create(1, "/a", 1), ServerFiles.create(2, "/b", 2));
        files.snapshot(new DataTree(true), 2);
        damage(files.versioned.resolve("snapshot.2"), 70);
        CleanSnapshot.Written written = filter();
        assertThat(ServerFiles.nodes(written.file())).containsKeys("/a", "/b");
        assertThat(written.notes()).singleElement().asString().contains("snapshot skipped: ", "snapshot.2");
    }

    @Test
    void snapshotsPackedWithGzipAreReadAndWithSnappyRefusedByName() throws IOException {
        files.snapshot(new DataTree(true), 0).log(ServerFiles.create(1, "/a", 1));
        Path plain = files.versioned.resolve("snapshot.0");
        try (var packed = new GZIPOutputStream(Files.newOutputStream(files.versioned.resolve("snapshot.0.gz")))) {
            Files.copy(plain, packed);
        }
        Files.delete(plain);
        assertThat(filtered()).containsOnlyKeys("/a");
        Files.move(files.versioned.resolve("snapshot.0.gz"), files.versioned.resolve("snapshot.0.snappy"));
        assertThatThrownBy(this::filter).hasMessageContaining("snapshot.0.snappy", "snappy are not supported");
    }

    @Test
    void aTornTailIsTheEndOfTheLogAndStaysInTheSource() throws IOException {
        files.snapshot(new DataTree(true), 0).log(ServerFiles.create(1, "/a", 1), ServerFiles.create(2, "/b", 2));
        Path log = files.versioned.resolve("log.1");
        try (RandomAccessFile torn = new RandomAccessFile(log.toFile(), "rw")) {
            torn.setLength(torn.length() - 4);
        }
        byte[] before = Files.readAllBytes(log);
        CleanSnapshot.Written written = filter();
        assertThat(ServerFiles.nodes(written.file())).containsKey("/a").doesNotContainKey("/b");
        assertThat(written.notes()).singleElement().asString().contains("log.1", "no whole entry: ignored", "0x1");
        assertThat(log).hasBinaryContent(before);
    }

    @Test
    void aBadRecordInTheMiddleNamesFileOffsetAndZxid() throws IOException {
        files.snapshot(new DataTree(true), 0).log(ServerFiles.create(1, "/a", 1), ServerFiles.create(2, "/b", 2));
        Path log = files.versioned.resolve("log.1");
        int entry = (int) (Files.size(log) - 16) / 2;
        damage(log, 16 + entry + 30);
        assertThatThrownBy(this::filter)
                .hasMessage(log + " at offset " + (16 + entry) + ", the entry after zxid 0x1: bad checksum");
    }

    @Test
    void aGapInTheLogIsRefusedAlsoRightAfterTheSnapshotAndAtTheBeginningOfAnEpoch() throws IOException {
        files.snapshot(new DataTree(true), 0);
        List<List<Long>> gaps = List.of(List.of(2L), List.of(1L, 3L), List.of(1L, 0x1_0000_0002L));
        for (List<Long> zxids : gaps) {
            ServerFiles each = new ServerFiles(directory.resolve("gap-" + zxids.getLast()));
            each.snapshot(new DataTree(true), 0);
            var entries = new ArrayList<dev.quorate.ensemble.txn.TxnEntry>();
            zxids.forEach(zxid -> entries.add(ServerFiles.create(zxid, "/n" + zxid, 1)));
            each.log(entries);
            assertThatThrownBy(() -> each.filter(Rise.NONE, directory.resolve("none")))
                    .hasMessageContaining("0x" + Long.toHexString(zxids.getLast()), "entries are missing");
        }
    }

    @Test
    void anEmptySourceIsRefused() {
        assertThatThrownBy(this::filter).hasMessageContaining("neither a snapshot nor a log is there");
        assertThatThrownBy(() -> Source.open(directory, directory))
                .hasMessageContaining(directory.toString(), "no folder version-2");
    }

    @Test
    void theEpochIsAboveEveryOneThatIsKnown() throws IOException {
        files.snapshot(new DataTree(true), 3L << 32).epochs(9);
        assertThat(files.filter(new Rise(0, 1, 0), directory.resolve("a")).zxid())
                .isEqualTo(10L << 32);
        assertThat(files.filter(new Rise(20, 5, 0), directory.resolve("b")).zxid())
                .isEqualTo(25L << 32);
        assertThat(directory.resolve("b/version-2/currentEpoch")).hasContent("25");
        assertThat(directory.resolve("b/version-2/acceptedEpoch")).hasContent("25");
        assertThatThrownBy(() -> files.filter(new Rise(1L << 31, 5, 0), directory.resolve("c")))
                .hasMessageContaining("epoch 2147483648 is too high");
    }

    @Test
    void aCounterThatCannotBeRaisedIsRefusedAndNamed() throws IOException {
        files.snapshot(new DataTree(true), 0).log(ServerFiles.create(1, "/a", Integer.MAX_VALUE - 5));
        assertThatThrownBy(() -> files.filter(Rise.above(0), directory.resolve("output")))
                .isInstanceOf(RefusedException.class)
                .hasMessage("znode /: its sequence counter 2147483642 is too high to be raised by 1000000: at most"
                        + " 2147483647 is possible");
        CleanSnapshot.Written written = files.filter(new Rise(0, 1, 5), directory.resolve("less"));
        assertThat(ServerFiles.nodes(written.file()).get("").stat().createCount())
                .isEqualTo(Integer.MAX_VALUE);
    }

    private static void damage(Path file, long at) throws IOException {
        try (RandomAccessFile broken = new RandomAccessFile(file.toFile(), "rw")) {
            broken.seek(at);
            int old = broken.read();
            broken.seek(at);
            broken.write(old ^ 0x55);
        }
    }
}
