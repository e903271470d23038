package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.SnapshotWire;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;

/// Snapshot files of a directory: listed, checked and read.
public final class SnapshotFiles {
    static final String PREFIX = "snapshot";
    static final int MAGIC = 0x5A4B534E;
    static final int VERSION = 2;
    static final long DBID = -1;
    static final int DIGEST_VERSION = 2;

    private static final int NODES_PER_CHUNK = 1_000;
    private static final int DATA_BYTES_PER_CHUNK = 1 << 20;
    private static final int SEAL_BYTES = 13;
    private static final int DIGEST_BYTES = 20;
    private static final int LAST_ZXID_BYTES = 8;

    private SnapshotFiles() {}

    /// A file and the zxid it stands for.
    public record Found(Path path, long zxid) {}

    /// Takes the pieces of a snapshot; may refuse one.
    public interface Sink {
        void accept(SnapshotChunk chunk) throws IOException;
    }

    /// Newest first.
    public static List<Found> newestFirst(Path directory) throws IOException {
        List<Found> found = new ArrayList<>();
        for (ZxidFiles.Named file : ZxidFiles.list(directory, PREFIX).reversed()) {
            found.add(new Found(file.path(), file.zxid()));
        }
        return found;
    }

    /// Reads a whole snapshot and checks its seals. What was handed over before a failure must be thrown away.
    public static void read(Path path, Sink sink) throws IOException {
        Adler32 adler = new Adler32();
        try (InputStream raw = open(path);
                CheckedInputStream checked = new CheckedInputStream(raw, adler);
                DataInputStream in = new DataInputStream(checked)) {
            int magic = in.readInt();
            if (magic != MAGIC) {
                throw new CorruptFileException(path + ": no snapshot begins with 0x" + Integer.toHexString(magic));
            }
            in.skipNBytes(12);
            sink.accept(SnapshotWire.readHead(in));
            nodes(in, sink);
            long expected = adler.getValue();
            byte[] rest = raw.readAllBytes();
            sink.accept(seals(path, adler, expected, ByteBuffer.wrap(rest)));
        } catch (EOFException e) {
            throw new CorruptFileException(path + ": the file ends too early");
        } catch (MalformedRecordException e) {
            throw new CorruptFileException(path + ": " + e.getMessage());
        }
    }

    private static InputStream open(Path path) throws IOException {
        String name = path.toString();
        if (name.endsWith(".snappy")) {
            throw new CorruptFileException(path + ": snapshots compressed with snappy are not supported");
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        return name.endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(in), 1 << 16) : in;
    }

    private static void nodes(DataInputStream in, Sink sink) throws IOException, MalformedRecordException {
        List<SnapshotChunk.Node> nodes = new ArrayList<>();
        int bytes = 0;
        SnapshotChunk.Node node;
        while ((node = SnapshotWire.readNode(in)) != null) {
            nodes.add(node);
            byte[] data = node.data();
            bytes += data == null ? 0 : data.length;
            if (nodes.size() == NODES_PER_CHUNK || bytes >= DATA_BYTES_PER_CHUNK) {
                sink.accept(new SnapshotChunk.Nodes(nodes));
                nodes = new ArrayList<>();
                bytes = 0;
            }
        }
        if (!nodes.isEmpty()) {
            sink.accept(new SnapshotChunk.Nodes(nodes));
        }
    }

    /// Seal 1, then by what remains: nothing, the digest, the last zxid, or both (storage-formats.md §4.1).
    private static SnapshotChunk.End seals(Path path, Adler32 adler, long expected, ByteBuffer rest)
            throws CorruptFileException {
        seal(path, adler, expected, rest);
        long digestZxid = 0;
        long digest = 0;
        if (rest.remaining() > LAST_ZXID_BYTES + SEAL_BYTES) {
            boolean known = rest.getInt(rest.position() + 8) == DIGEST_VERSION;
            if (known && rest.remaining() >= DIGEST_BYTES) {
                digestZxid = rest.getLong(rest.position());
                digest = rest.getLong(rest.position() + 12);
            }
            section(path, adler, rest, known ? DIGEST_BYTES : oldDigestBytes(path, rest));
        }
        if (rest.remaining() == LAST_ZXID_BYTES + SEAL_BYTES) {
            section(path, adler, rest, LAST_ZXID_BYTES);
        }
        if (rest.hasRemaining()) {
            throw new CorruptFileException(path + ": " + rest.remaining() + " bytes too many at its end");
        }
        return new SnapshotChunk.End(digestZxid, digest);
    }

    /// Length of the section of an older digest, version 1: its value is text, and nobody can compute it today.
    private static int oldDigestBytes(Path path, ByteBuffer rest) throws CorruptFileException {
        int length = rest.getInt(rest.position() + 12);
        if (length < 0 || length > rest.remaining()) {
            throw new CorruptFileException(path + ": a digest of " + length + " bytes");
        }
        return 16 + length;
    }

    private static void section(Path path, Adler32 adler, ByteBuffer rest, int bytes) throws CorruptFileException {
        if (rest.remaining() < bytes) {
            throw new CorruptFileException(path + ": the file ends within a section");
        }
        adler.update(rest.array(), rest.position(), bytes);
        rest.position(rest.position() + bytes);
        seal(path, adler, adler.getValue(), rest);
    }

    private static void seal(Path path, Adler32 adler, long expected, ByteBuffer rest) throws CorruptFileException {
        if (rest.remaining() < SEAL_BYTES) {
            throw new CorruptFileException(path + ": the file ends within a seal");
        }
        if (rest.getLong(rest.position()) != expected) {
            throw new CorruptFileException(path + ": bad checksum");
        }
        adler.update(rest.array(), rest.position(), SEAL_BYTES);
        rest.position(rest.position() + SEAL_BYTES);
    }

    /// Removes what an interrupted write left.
    public static void dropUnfinished(Path directory) throws IOException {
        for (ZxidFiles.Named file : ZxidFiles.list(directory, SnapshotFile.TEMPORARY_PREFIX)) {
            Files.deleteIfExists(file.path());
        }
    }

    /// Removes every snapshot that holds more than `zxid`.
    public static void dropNewerThan(Path directory, long zxid) throws IOException {
        for (ZxidFiles.Named file : ZxidFiles.list(directory, PREFIX)) {
            if (file.zxid() > zxid) {
                Files.delete(file.path());
            }
        }
        ZxidFiles.syncDirectory(directory);
    }
}
