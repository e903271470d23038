package dev.quorate.ensemble.storage;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.TxnWire;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/// Reads one log file, entry by entry.
final class LogReader implements AutoCloseable {
    private static final int ENTRY_BYTES_MAX = 1 << 30;

    private final Path path;
    private final long length;
    private final DataInputStream in;
    private final TxnWire wire = new TxnWire();
    private final Adler32 adler = new Adler32();
    private long offset;
    private long lastZxid = -1;
    private boolean torn;

    LogReader(Path path) throws IOException {
        this.path = path;
        this.length = Files.size(path);
        this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
        if (length < TxnLog.HEADER_BYTES) {
            torn = length > 0;
            return;
        }
        int magic = in.readInt();
        if (magic == 0 && onlyZeros()) {
            // Space was held ahead, and the server died before a byte of it was written, for want of power or of space.
            torn = true;
            return;
        }
        if (magic != TxnLog.MAGIC) {
            close();
            throw new CorruptFileException(
                    path + " at offset 0: no log file begins with 0x" + Integer.toHexString(magic));
        }
        in.skipNBytes(TxnLog.HEADER_BYTES - 4);
        offset = TxnLog.HEADER_BYTES;
    }

    private boolean onlyZeros() throws IOException {
        byte[] block = new byte[1 << 16];
        int read;
        while ((read = in.read(block)) > 0) {
            for (int i = 0; i < read; i++) {
                if (block[i] != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /// The next entry; null at the end, be it clean or torn.
    @Nullable
    TxnEntry next() throws IOException {
        if (torn || length < TxnLog.HEADER_BYTES) {
            return null;
        }
        byte[] payload;
        long checksum;
        try {
            checksum = in.readLong();
            int size = in.readInt();
            if (size == 0) {
                return null; // space held ahead
            }
            if (size < 0 || size > ENTRY_BYTES_MAX) {
                throw corrupt("an entry of " + size + " bytes");
            }
            if (size > length - offset) {
                torn = true;
                return null;
            }
            payload = new byte[size];
            in.readFully(payload);
            if (in.readByte() != TxnLog.END_OF_RECORD) {
                torn = true;
                return null;
            }
        } catch (EOFException e) {
            torn = offset < length;
            return null;
        }
        adler.reset();
        adler.update(payload, 0, payload.length);
        if (adler.getValue() != checksum) {
            throw corrupt("bad checksum");
        }
        try {
            TxnEntry entry = wire.decode(payload);
            offset += payload.length + TxnLog.FRAME_BYTES;
            lastZxid = entry.zxid();
            return entry;
        } catch (MalformedRecordException e) {
            throw corrupt(String.valueOf(e.getMessage()));
        }
    }

    private CorruptFileException corrupt(String what) {
        String after = lastZxid < 0 ? "the first entry" : "the entry after zxid " + Zxid.hex(lastZxid);
        return new CorruptFileException(path + " at offset " + offset + ", " + after + ": " + what);
    }

    /// True when the last entry of the file is not whole: the server died while it wrote.
    boolean torn() {
        return torn;
    }

    /// Where the entry begins that was not returned.
    long offset() {
        return offset;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
