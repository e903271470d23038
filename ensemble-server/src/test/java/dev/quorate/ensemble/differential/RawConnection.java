package dev.quorate.ensemble.differential;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A connection to a client port, seen as frames. Used by one thread.
public final class RawConnection implements AutoCloseable {
    private static final int WAIT_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    /// `address` is `host:port`.
    public RawConnection(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
        socket.connect(
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                WAIT_MILLIS);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    public void send(byte[] payload) throws IOException {
        sendRaw(ByteBuffer.allocate(4 + payload.length)
                .putInt(payload.length)
                .put(payload)
                .array());
    }

    /// Bytes as they are. The other side may be gone already, which the next [#receive] shows.
    public void sendRaw(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
        } catch (SocketException e) {
            // Seen by receive.
        }
    }

    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// The payload of the next frame, null when the other side has closed.
    public byte @Nullable [] receive() throws IOException {
        try {
            byte[] payload = new byte[in.readInt()];
            in.readFully(payload);
            return payload;
        } catch (EOFException | SocketException e) {
            return null;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing arrived for " + WAIT_MILLIS + " ms", e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
