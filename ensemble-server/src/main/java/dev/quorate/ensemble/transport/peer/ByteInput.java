package dev.quorate.ensemble.transport.peer;

import java.io.DataInput;
import java.io.EOFException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads numbers and bytes from a stretch of an array. At its end it throws one shared [EOFException] without a stack:
/// an incomplete packet is the ordinary end of a read, not a fault.
final class ByteInput implements DataInput {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final EOFException END = new EOFException("more bytes are needed") {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    };

    private final byte[] bytes;
    private int position;
    private final int end;

    ByteInput(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.position = from;
        this.end = to;
    }

    int position() {
        return position;
    }

    private int take(int count) throws EOFException {
        if (end - position < count) {
            throw END;
        }
        int at = position;
        position += count;
        return at;
    }

    @Override
    public void readFully(byte[] target) throws EOFException {
        readFully(target, 0, target.length);
    }

    @Override
    public void readFully(byte[] target, int offset, int length) throws EOFException {
        System.arraycopy(bytes, take(length), target, offset, length);
    }

    @Override
    public int skipBytes(int count) {
        int skipped = Math.min(count, end - position);
        position += skipped;
        return skipped;
    }

    @Override
    public boolean readBoolean() throws EOFException {
        return readByte() != 0;
    }

    @Override
    public byte readByte() throws EOFException {
        return bytes[take(1)];
    }

    @Override
    public int readUnsignedByte() throws EOFException {
        return readByte() & 0xff;
    }

    @Override
    public short readShort() throws EOFException {
        int at = take(2);
        return (short) (bytes[at] << 8 | (bytes[at + 1] & 0xff));
    }

    @Override
    public int readUnsignedShort() throws EOFException {
        return readShort() & 0xffff;
    }

    @Override
    public char readChar() throws EOFException {
        return (char) readShort();
    }

    @Override
    public int readInt() throws EOFException {
        return (int) INT.get(bytes, take(4));
    }

    @Override
    public long readLong() throws EOFException {
        return (long) LONG.get(bytes, take(8));
    }

    @Override
    public float readFloat() throws EOFException {
        return Float.intBitsToFloat(readInt());
    }

    @Override
    public double readDouble() throws EOFException {
        return Double.longBitsToDouble(readLong());
    }

    @Override
    public String readLine() {
        throw new UnsupportedOperationException("no wire format here has lines");
    }

    @Override
    public String readUTF() {
        throw new UnsupportedOperationException("no wire format here has modified UTF-8");
    }
}
