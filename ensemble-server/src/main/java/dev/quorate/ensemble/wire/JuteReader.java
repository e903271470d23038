package dev.quorate.ensemble.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the encodings of client-protocol.md §1 out of a whole record; every length is checked against what is there.
/// Owned by one thread.
public final class JuteReader {
    private final ByteBuffer in;

    public JuteReader(ByteBuffer in) {
        this.in = in;
    }

    public JuteReader(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    public int remaining() {
        return in.remaining();
    }

    private void need(int bytes, String what) throws MalformedRecordException {
        if (in.remaining() < bytes) {
            throw new MalformedRecordException(what + " ends early: " + in.remaining() + " of " + bytes + " bytes");
        }
    }

    public int readByte() throws MalformedRecordException {
        need(1, "byte");
        return in.get();
    }

    public boolean readBoolean() throws MalformedRecordException {
        return readByte() != 0;
    }

    public int readInt() throws MalformedRecordException {
        need(4, "int");
        return in.getInt();
    }

    /// The next int, still to be read.
    public int peekInt() throws MalformedRecordException {
        need(4, "int");
        return in.getInt(in.position());
    }

    public long readLong() throws MalformedRecordException {
        need(8, "long");
        return in.getLong();
    }

    public byte @Nullable [] readBuffer() throws MalformedRecordException {
        int length = length("buffer");
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /// All that is left.
    public byte[] readRest() {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    public @Nullable String readString() throws MalformedRecordException {
        int length = length("string");
        if (length < 0) {
            return null;
        }
        String text;
        if (in.hasArray()) {
            text = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
            in.position(in.position() + length);
        } else {
            byte[] bytes = new byte[length];
            in.get(bytes);
            text = new String(bytes, StandardCharsets.UTF_8);
        }
        return text;
    }

    /// A string that a well-formed record always has.
    public String readText() throws MalformedRecordException {
        String text = readString();
        if (text == null) {
            throw new MalformedRecordException("string is null");
        }
        return text;
    }

    public @Nullable List<String> readStrings() throws MalformedRecordException {
        int count = readCount(4);
        if (count < 0) {
            return null;
        }
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(readText());
        }
        return texts;
    }

    /// Number of elements of a vector, -1 for null; an element has at least `bytesEach` bytes, so a count that cannot
    /// be is refused before anything is reserved for it.
    public int readCount(int bytesEach) throws MalformedRecordException {
        int count = readInt();
        if (count == -1) {
            return -1;
        }
        if (count < 0) {
            return 0;
        }
        if ((long) count * bytesEach > in.remaining()) {
            throw new MalformedRecordException("vector of " + count + " elements in " + in.remaining() + " bytes");
        }
        return count;
    }

    private int length(String what) throws MalformedRecordException {
        int length = readInt();
        if (length == -1) {
            return -1;
        }
        if (length < 0) {
            throw new MalformedRecordException("length of a " + what + " is " + length);
        }
        need(length, what);
        return length;
    }
}
