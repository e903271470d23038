package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.txn.TxnEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/// The log that is written. A file begins with the first append after the start or after [#roll], named for that zxid;
/// an old file is never appended to.
///
/// The file is extended ahead of the data, so that an fsync need not write a new length each time.
public final class TxnLog implements AutoCloseable {
    static final String PREFIX = "log";
    static final int MAGIC = 0x5A4B4C47;
    static final int VERSION = 2;
    static final int HEADER_BYTES = 16;
    static final int FRAME_BYTES = 13;
    static final byte END_OF_RECORD = 0x42;

    private static final int EXTEND_BEFORE = 4096;

    private final Path directory;
    private final long preAllocBytes;
    private final boolean forceSync;
    private final Adler32 adler = new Adler32();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    private @Nullable FileChannel file;
    private long position;
    private long fileEnd;

    /// `directory` includes `version-2`. `preAllocKiB` 0 does not extend ahead; `forceSync` false leaves durability
    /// to the kernel.
    public TxnLog(Path directory, int preAllocKiB, boolean forceSync) {
        this.directory = directory;
        this.preAllocBytes = preAllocKiB * 1024L;
        this.forceSync = forceSync;
    }

    public Path directory() {
        return directory;
    }

    /// Buffers an entry; it is on disk after [#sync] only.
    public void append(TxnEntry entry) throws IOException {
        if (file == null) {
            begin(entry.zxid());
        }
        byte[] payload = entry.bytes();
        room(payload.length + FRAME_BYTES);
        adler.reset();
        adler.update(payload, 0, payload.length);
        buffer.putLong(adler.getValue()).putInt(payload.length).put(payload).put(END_OF_RECORD);
    }

    private void begin(long zxid) throws IOException {
        Path path = directory.resolve(PREFIX + "." + Long.toHexString(zxid));
        // A file of this name can only be a torn one whose first entry never was whole (storage-formats.md §2.5).
        file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        position = 0;
        fileEnd = 0;
        buffer.putInt(MAGIC).putInt(VERSION).putLong(0);
        if (forceSync) {
            ZxidFiles.syncDirectory(directory);
        }
    }

    private void room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            drain();
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(bytes) << 1);
        }
    }

    private void drain() throws IOException {
        FileChannel channel = file;
        buffer.flip();
        if (channel == null || !buffer.hasRemaining()) {
            buffer.clear();
            return;
        }
        extend(channel, position + buffer.remaining());
        while (buffer.hasRemaining()) {
            position += channel.write(buffer, position);
        }
        buffer.clear();
    }

    private void extend(FileChannel channel, long needed) throws IOException {
        if (preAllocBytes <= 0 || needed + EXTEND_BEFORE < fileEnd) {
            return;
        }
        long end =
                needed > fileEnd ? (needed + preAllocBytes) / preAllocBytes * preAllocBytes : fileEnd + preAllocBytes;
        channel.write(ByteBuffer.wrap(new byte[1]), end - 1);
        fileEnd = end;
    }

    /// Everything appended before is durable when it returns (unless `forceSync` is off).
    public void sync() throws IOException {
        drain();
        if (file != null && forceSync) {
            file.force(false);
        }
    }

    /// The next append begins a new file. What was appended is synced.
    public void roll() throws IOException {
        sync();
        if (file != null) {
            file.truncate(position); // the space held ahead is of no use any more
            file.close();
            file = null;
        }
    }

    /// False where the log cannot be cut after `zxid`: no entry has it, and no snapshot (`snapshotZxid`) stands for it.
    /// Asked before anything is dropped: a server with an epoch and without its history would win elections.
    public boolean canCut(long zxid, long snapshotZxid) throws IOException {
        roll();
        return LogFiles.canCut(directory, zxid, snapshotZxid);
    }

    /// Cuts the log right after `zxid`: later entries and files go, durably. To be checked before.
    public void truncate(long zxid) throws IOException {
        roll();
        LogFiles.cutAfter(directory, zxid);
    }

    @Override
    public void close() throws IOException {
        roll();
    }

    /// Makes the directory where it is missing.
    public static Path prepare(Path parent) throws IOException {
        return Files.createDirectories(parent.resolve("version-2"));
    }
}
