package dev.quorate.ensemble.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Adler32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// After the znodes and their seal, a snapshot of ZooKeeper ends in five ways (storage-formats.md §4.1).
class SnapshotEndingsTest {
    private static final long DIGEST = 0x1234_5678_9abcL;

    @TempDir
    Path directory;

    private byte[] upToSeal = {};

    /// The file up to and with its first seal.
    @BeforeEach
    void write() throws IOException {
        SnapshotFile file = new SnapshotFile(directory, 5);
        SnapshotCursor cursor = new SnapshotCursor(new DataTree(true));
        SnapshotChunk chunk;
        while ((chunk = cursor.next(100)) != null) {
            file.write(chunk instanceof SnapshotChunk.End ? new SnapshotChunk.End(5, DIGEST) : chunk);
        }
        byte[] whole = Files.readAllBytes(file.finish());
        upToSeal = Arrays.copyOf(whole, whole.length - 54);
    }

    private SnapshotChunk.End end(byte[]... sections) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(upToSeal);
        for (byte[] section : sections) {
            out.write(section);
            Adler32 adler = new Adler32();
            adler.update(bytes.toByteArray());
            out.writeLong(adler.getValue());
            out.writeInt(1);
            out.write('/');
        }
        Path file = directory.resolve("snapshot.5");
        Files.write(file, bytes.toByteArray());
        List<SnapshotChunk> chunks = new ArrayList<>();
        SnapshotFiles.read(file, chunks::add);
        return (SnapshotChunk.End) chunks.getLast();
    }

    @Test
    void withoutADigestAFileEndsWithItsFirstSeal() throws IOException {
        SnapshotFile file = new SnapshotFile(directory, 6);
        SnapshotCursor cursor = new SnapshotCursor(new DataTree(true));
        SnapshotChunk chunk;
        while ((chunk = cursor.next(100)) != null) {
            file.write(chunk instanceof SnapshotChunk.End ? new SnapshotChunk.End(0, 0) : chunk);
        }
        assertThat(Files.readAllBytes(file.finish())).isEqualTo(upToSeal);
    }

    private interface Fields {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        fields.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static byte[] lastZxid() throws IOException {
        return bytes(out -> out.writeLong(5));
    }

    private static byte[] digest() throws IOException {
        return bytes(out -> {
            out.writeLong(5);
            out.writeInt(2);
            out.writeLong(DIGEST);
        });
    }

    private static byte[] oldDigest(String text) throws IOException {
        return bytes(out -> {
            out.writeLong(5);
            out.writeInt(1);
            out.writeInt(text.length());
            out.writeBytes(text);
        });
    }

    @Test
    void nothingMore() throws IOException {
        assertThat(end()).isEqualTo(new SnapshotChunk.End(0, 0));
    }

    @Test
    void theLastZxidOnlyWhereDigestsAreOff() throws IOException {
        assertThat(end(lastZxid())).isEqualTo(new SnapshotChunk.End(0, 0));
    }

    @Test
    void theDigestOnlyAsZooKeeper36WritesIt() throws IOException {
        assertThat(end(digest())).isEqualTo(new SnapshotChunk.End(5, DIGEST));
    }

    @Test
    void digestAndLastZxid() throws IOException {
        assertThat(end(digest(), lastZxid())).isEqualTo(new SnapshotChunk.End(5, DIGEST));
    }

    @Test
    void aDigestOfVersionOneIsTextAndIsPassedOver() throws IOException {
        for (String text : List.of("", "7", "1a2b3c4d", "ffffffffffffffff")) {
            assertThat(end(oldDigest(text))).as(text).isEqualTo(new SnapshotChunk.End(0, 0));
            assertThat(end(oldDigest(text), lastZxid())).as(text).isEqualTo(new SnapshotChunk.End(0, 0));
        }
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> end(new byte[22])).isInstanceOf(CorruptFileException.class);
        assertThatThrownBy(() -> end(digest(), lastZxid(), lastZxid())).hasMessageContaining("too many");
        assertThatThrownBy(() -> end(bytes(out -> {
                    out.writeLong(5);
                    out.writeInt(1);
                    out.writeInt(1_000_000);
                })))
                .hasMessageContaining("a digest of 1000000 bytes");
    }
}
