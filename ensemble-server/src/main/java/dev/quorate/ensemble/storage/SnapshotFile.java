package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.SnapshotWire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.Adler32;

/// One snapshot file under way: chunk by chunk into a temporary file, which gets its name when it is whole.
public final class SnapshotFile {
    static final String TEMPORARY_PREFIX = "unfinished";
    private static final int DRAIN_BYTES = 1 << 16;

    private final Path directory;
    private final long zxid;
    private final Path temporary;
    private final FileChannel channel;
    private final JuteWriter buffer = new JuteWriter(2 * DRAIN_BYTES);
    private final Adler32 adler = new Adler32();

    /// `directory` includes `version-2`; `zxid` is what the tree held for certain when the first chunk was made.
    public SnapshotFile(Path directory, long zxid) throws IOException {
        this.directory = directory;
        this.zxid = zxid;
        this.temporary = directory.resolve(TEMPORARY_PREFIX + "." + Long.toHexString(zxid));
        this.channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        buffer.writeInt(SnapshotFiles.MAGIC).writeInt(SnapshotFiles.VERSION).writeLong(SnapshotFiles.DBID);
    }

    public void write(SnapshotChunk chunk) throws IOException {
        switch (chunk) {
            case SnapshotChunk.Head head -> SnapshotWire.writeHead(buffer, head);
            case SnapshotChunk.Nodes nodes -> {
                for (SnapshotChunk.Node node : nodes.nodes()) {
                    SnapshotWire.writeNode(buffer, node);
                    if (buffer.size() > DRAIN_BYTES) {
                        drain();
                    }
                }
            }
            case SnapshotChunk.End end -> end(end);
        }
        drain();
    }

    private void end(SnapshotChunk.End end) throws IOException {
        buffer.writeString(SnapshotWire.END_OF_NODES);
        seal();
        if (end.digestZxid() == 0) {
            return; // such a file loads whatever the settings of the server that reads it (storage-formats.md §4.1)
        }
        buffer.writeLong(end.digestZxid())
                .writeInt(SnapshotFiles.DIGEST_VERSION)
                .writeLong(end.treeDigest());
        seal();
        buffer.writeLong(zxid);
        seal();
    }

    private void seal() throws IOException {
        drain();
        buffer.writeLong(adler.getValue()).writeString("/");
        drain();
    }

    private void drain() throws IOException {
        adler.update(buffer.array(), 0, buffer.size());
        ByteBuffer bytes = ByteBuffer.wrap(buffer.array(), 0, buffer.size());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        buffer.clear();
    }

    /// Gives the file its name. Durable when it returns: the log before it may be purged on its account.
    public Path finish() throws IOException {
        channel.force(true);
        channel.close();
        Path named = directory.resolve(SnapshotFiles.PREFIX + "." + Long.toHexString(zxid));
        Files.move(temporary, named, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        ZxidFiles.syncDirectory(directory);
        return named;
    }

    /// Leaves nothing behind.
    public void abort() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }
}
