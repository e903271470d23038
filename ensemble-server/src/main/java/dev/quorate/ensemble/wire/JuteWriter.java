package dev.quorate.ensemble.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Growing buffer with the encodings of client-protocol.md §1, big-endian. Owned by one thread; `clear` makes it new
/// without giving memory back.
public final class JuteWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] buffer;
    private int size;

    public JuteWriter(int capacity) {
        buffer = new byte[capacity];
    }

    public int size() {
        return size;
    }

    /// The bytes written so far are the first `size()` of this array, until the next write.
    public byte[] array() {
        return buffer;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer, size);
    }

    public void clear() {
        size = 0;
    }

    private int grow(int by) {
        int at = size;
        if (buffer.length - at < by) {
            buffer = Arrays.copyOf(buffer, Math.max(at + by, at + (at >> 1) + 64));
        }
        size = at + by;
        return at;
    }

    public JuteWriter writeByte(int value) {
        int at = grow(1);
        buffer[at] = (byte) value;
        return this;
    }

    public JuteWriter writeBoolean(boolean value) {
        return writeByte(value ? 1 : 0);
    }

    public JuteWriter writeInt(int value) {
        int at = grow(4);
        INT.set(buffer, at, value);
        return this;
    }

    /// Overwrites an int written before, such as a length.
    public void setInt(int at, int value) {
        INT.set(buffer, at, value);
    }

    public JuteWriter writeLong(long value) {
        int at = grow(8);
        LONG.set(buffer, at, value);
        return this;
    }

    /// Bytes as they are, without a length.
    public JuteWriter writeRaw(byte[] bytes, int offset, int length) {
        int at = grow(length);
        System.arraycopy(bytes, offset, buffer, at, length);
        return this;
    }

    public JuteWriter writeBuffer(byte @Nullable [] bytes) {
        if (bytes == null) {
            return writeInt(-1);
        }
        writeInt(bytes.length);
        return writeRaw(bytes, 0, bytes.length);
    }

    public JuteWriter writeString(@Nullable String text) {
        if (text == null) {
            return writeInt(-1);
        }
        int length = text.length();
        int at = grow(4 + length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                size = at;
                return writeBuffer(text.getBytes(StandardCharsets.UTF_8));
            }
            buffer[at + 4 + i] = (byte) c;
        }
        INT.set(buffer, at, length);
        return this;
    }

    public JuteWriter writeStrings(@Nullable List<String> texts) {
        if (texts == null) {
            return writeInt(-1);
        }
        writeInt(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            writeString(texts.get(i));
        }
        return this;
    }
}
