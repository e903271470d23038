package dev.quorate.ensemble.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Bytes on their way to one socket. An empty one holds no memory: buffers come from and go back to a pool. Loop thread
/// only.
public final class Output {
    private static final byte[] NONE = {};

    /// Buffers for all links of one loop.
    public static final class Pool {
        private static final int BYTES = 32 * 1024;
        private static final int KEPT = 64;

        private final ArrayDeque<byte[]> spare = new ArrayDeque<>();

        private byte[] take() {
            byte @Nullable [] buffer = spare.poll();
            return buffer == null ? new byte[BYTES] : buffer;
        }

        private void give(byte[] buffer) {
            if (buffer.length == BYTES && spare.size() < KEPT) {
                spare.push(buffer);
            }
        }
    }

    private final Pool pool;
    private byte[] bytes = NONE;
    private int start;
    private int end;

    public Output(Pool pool) {
        this.pool = pool;
    }

    public int pending() {
        return end - start;
    }

    public void append(byte[] source, int offset, int length) {
        if (bytes.length - end < length) {
            makeRoom(length);
        }
        System.arraycopy(source, offset, bytes, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int pending = end - start;
        if (bytes.length == 0) {
            bytes = pool.take();
        } else if (start > bytes.length / 2) {
            System.arraycopy(bytes, start, bytes, 0, pending);
            start = 0;
            end = pending;
        }
        if (bytes.length - end < length) {
            byte[] wider = new byte[Math.max(Math.addExact(pending, length), Math.min(bytes.length, 1 << 29) * 2)];
            System.arraycopy(bytes, start, wider, 0, pending);
            pool.give(bytes);
            bytes = wider;
            start = 0;
            end = pending;
        }
    }

    /// Writes what the socket takes; true when nothing is left, here or in the channel.
    public boolean writeTo(LinkChannel channel) throws IOException {
        while (start < end) {
            int written = channel.write(ByteBuffer.wrap(bytes, start, end - start));
            if (written == 0) {
                return false;
            }
            start += written;
        }
        discard();
        return channel.flush();
    }

    public void discard() {
        pool.give(bytes);
        bytes = NONE;
        start = 0;
        end = 0;
    }
}
