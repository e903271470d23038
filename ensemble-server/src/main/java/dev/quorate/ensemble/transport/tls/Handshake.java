package dev.quorate.ensemble.transport.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// A TLS handshake on a socket that blocks. Records are read one by one, and none too many: what follows the handshake
/// stays in the socket for whoever selects on it.
final class Handshake {
    /// The first byte of whoever begins one; no message of ours begins so.
    static final int FIRST_BYTE = 22;

    private static final int HEADER_BYTES = 5;
    private static final int RECORD_BYTES_MAX = (1 << 14) + 2048;

    private final SSLEngine engine;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final long deadline;
    private final ByteBuffer incoming =
            ByteBuffer.allocate(HEADER_BYTES + RECORD_BYTES_MAX).flip();
    private final ByteBuffer outgoing;
    /// For data of the application, of which there is none yet.
    private final ByteBuffer nothing;

    private Handshake(SSLEngine engine, Socket socket, InputStream in, int timeoutMillis) throws IOException {
        this.engine = engine;
        this.socket = socket;
        this.in = in;
        this.out = socket.getOutputStream();
        deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        outgoing = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        nothing = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /// `in` is the socket's, with whatever was read ahead before it.
    static void run(SSLEngine engine, Socket socket, InputStream in, int timeoutMillis) throws IOException {
        Handshake handshake = new Handshake(engine, socket, in, timeoutMillis);
        try {
            handshake.run();
        } catch (SSLException e) {
            handshake.sayWhy();
            throw e;
        }
    }

    private void run() throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks(engine);
                case NEED_WRAP -> wrap();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    static void runTasks(SSLEngine engine) {
        Runnable task;
        while ((task = engine.getDelegatedTask()) != null) {
            task.run();
        }
    }

    private SSLEngineResult wrap() throws IOException {
        outgoing.clear();
        SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), outgoing);
        out.write(outgoing.array(), 0, outgoing.position());
        return result;
    }

    private void unwrap() throws IOException {
        if (!incoming.hasRemaining() && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
            readRecord();
        }
        SSLEngineResult result = engine.unwrap(incoming, nothing);
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("the handshake ends with " + result.getStatus());
        }
        if (result.bytesProduced() > 0) {
            throw new SSLException("data comes before the handshake has ended");
        }
    }

    private void readRecord() throws IOException {
        incoming.clear();
        fill(HEADER_BYTES);
        int length = incoming.getShort(HEADER_BYTES - 2) & 0xffff;
        if (incoming.get(1) != 3 || length > RECORD_BYTES_MAX) {
            throw new SSLException("the peer does not speak TLS");
        }
        fill(length);
        incoming.flip();
    }

    private void fill(int count) throws IOException {
        int end = incoming.position() + count;
        while (incoming.position() < end) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("the TLS handshake takes too long");
            }
            socket.setSoTimeout((int) left);
            int read = in.read(incoming.array(), incoming.position(), end - incoming.position());
            if (read < 0) {
                throw new EOFException("the peer closed the connection in the TLS handshake");
            }
            incoming.position(incoming.position() + read);
        }
    }

    /// The alert that tells the peer what was wrong, where it still listens.
    private void sayWhy() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap().bytesProduced() > 0) {
                // One record after the other.
            }
        } catch (IOException e) {
            // The reason for the end is known; this is not another one.
        }
    }
}
