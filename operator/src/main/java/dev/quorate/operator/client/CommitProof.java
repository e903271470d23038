package dev.quorate.operator.client;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/// Proves that a quorum commits: opens a session and closes it again. Both are transactions like any write, and nothing
/// is left of them in the tree (client-protocol.md, sessions). Blocking, with a deadline; any thread.
public final class CommitProof {
    private static final int CLOSE_SESSION = -11;
    private static final int PASSWORD_BYTES = 16;
    private static final int FRAME_BYTES_MAX = 1 << 16;

    private CommitProof() {}

    /// Returns once both are committed. Fails after `timeout`, where nobody listens, and where no session is given.
    public static void obtain(String host, int port, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), left(deadline));
            socket.setTcpNoDelay(true);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            send(out, connectRequest());
            ByteBuffer opened = receive(socket, in, deadline);
            opened.getInt(); // protocol version
            int negotiated = opened.getInt();
            if (negotiated <= 0) {
                throw new IOException("the server gives no session");
            }
            send(out, ByteBuffer.allocate(8).putInt(1).putInt(CLOSE_SESSION));
            ByteBuffer closed = receive(socket, in, deadline);
            int error = closed.getInt(12);
            if (error != 0) {
                throw new IOException("closing the session failed with code " + error);
            }
        }
    }

    private static ByteBuffer connectRequest() {
        ByteBuffer request = ByteBuffer.allocate(4 + 8 + 4 + 8 + 4 + PASSWORD_BYTES + 1);
        request.putInt(0).putLong(0).putInt(10_000).putLong(0).putInt(PASSWORD_BYTES);
        return request.position(request.capacity());
    }

    private static void send(DataOutputStream out, ByteBuffer body) throws IOException {
        out.writeInt(body.position());
        out.write(body.array(), 0, body.position());
        out.flush();
    }

    private static ByteBuffer receive(Socket socket, DataInputStream in, long deadline) throws IOException {
        socket.setSoTimeout(left(deadline));
        int length = in.readInt();
        if (length < 16 || length > FRAME_BYTES_MAX) {
            throw new IOException("an answer of " + length + " bytes");
        }
        byte[] body = new byte[length];
        socket.setSoTimeout(left(deadline));
        in.readFully(body);
        return ByteBuffer.wrap(body);
    }

    private static int left(long deadline) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new IOException("no commit in time");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
