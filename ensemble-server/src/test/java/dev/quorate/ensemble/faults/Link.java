package dev.quorate.ensemble.faults;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The way of one party to one port of another: a port of our own that whoever dials it takes for the real one.
final class Link implements AutoCloseable {
    /// Reads the first message of a new connection, if it is to be changed, and returns what to say instead.
    interface FirstMessage {
        byte[] translate(DataInputStream in) throws IOException;
    }

    static final FirstMessage VERBATIM = in -> new byte[0];

    private static final int DIAL_MILLIS = 5_000;
    private static final int REDIAL_MILLIS = 20;

    private final int dials;

    private final Gate there = new Gate();
    private final Gate back = new Gate();
    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final FirstMessage firstMessage;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// @param patienceMillis while the target refuses: we have accepted already where it would have refused, and
    /// whoever dials
    ///     would have dialled again
    Link(int targetPort, int patienceMillis, FirstMessage firstMessage) throws IOException {
        dials = 1 + patienceMillis / REDIAL_MILLIS;
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        listener = new ServerSocket(0, 128, loopback);
        target = new InetSocketAddress(loopback, targetPort);
        this.firstMessage = firstMessage;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// What the dialling party says.
    Gate there() {
        return there;
    }

    /// What it hears.
    Gate back() {
        return back;
    }

    /// Resets every connection; new ones are welcome.
    void cut() {
        for (Socket socket : sockets) {
            reset(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        there.open(true);
        back.open(true);
        cut();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> connect(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket near) {
        sockets.add(near);
        Socket far = near;
        try {
            near.setTcpNoDelay(true);
            // The handshake of TCP takes both ways.
            there.pass();
            back.pass();
            far = dial();
            sockets.add(far);
            Socket answers = far;
            Thread.ofVirtual().start(() -> pump(answers, near, back));
            byte[] first = firstMessage.translate(new DataInputStream(near.getInputStream()));
            there.pass();
            far.getOutputStream().write(first);
            pump(near, far, there);
        } catch (IOException e) {
            end(near, far);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket dial() throws IOException, InterruptedException {
        for (int left = dials; ; left--) {
            Socket socket = new Socket();
            try {
                socket.connect(target, DIAL_MILLIS);
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (left == 1) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(REDIAL_MILLIS);
        }
    }

    private void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (true) {
                int length = in.read(buffer);
                gate.pass();
                if (length < 0) {
                    break;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // The end of one side is the end of the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(from, to);
    }

    private void end(Socket one, Socket other) {
        reset(one);
        reset(other);
        sockets.remove(one);
        sockets.remove(other);
    }

    private static void reset(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone anyway.
        }
    }
}
