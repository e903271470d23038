package dev.quorate.ensemble.ladder;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.NotificationWire;
import dev.quorate.ensemble.wire.QuorumWire;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// Hears what a server and those that it dials say to each other: it finds the others at ports of ours, and only it
/// does,
/// so the tap is of no matter for the configuration that its leader gives it.
final class Tap implements ProcessEnsemble.Wiring, AutoCloseable {
    /// What was said on one connection so far, both ways.
    record Talk(ByteArrayOutputStream there, ByteArrayOutputStream back) {
        /// What the dialling side has said so far, as packets of the quorum port.
        List<QuorumPacket> packetsThere() throws IOException, MalformedRecordException {
            return packets(there.toByteArray(), true);
        }

        List<QuorumPacket> packetsBack() throws IOException, MalformedRecordException {
            return packets(back.toByteArray(), false);
        }

        /// What the accepting side has said so far, as notifications of the election port.
        List<Notification> notificationsBack() throws IOException, MalformedRecordException {
            List<Notification> notifications = new ArrayList<>();
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(back.toByteArray()));
            try {
                while (in.available() > 0) {
                    byte[] frame = new byte[in.readInt()];
                    in.readFully(frame);
                    notifications.add(NotificationWire.read(frame));
                }
            } catch (EOFException e) {
                // The rest is still to come.
            }
            return notifications;
        }

        private static List<QuorumPacket> packets(byte[] bytes, boolean fromLearner)
                throws IOException, MalformedRecordException {
            List<QuorumPacket> packets = new ArrayList<>();
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            QuorumWire wire = new QuorumWire(1 << 20);
            try {
                while (in.available() > 0) {
                    packets.add(wire.read(in, fromLearner));
                }
            } catch (EOFException e) {
                // The rest is still to come.
            }
            return packets;
        }
    }

    private static final int DIALS = 50;
    private static final int REDIAL_MILLIS = 20;

    private final int dialling;
    private final Map<Integer, Queue<Talk>> quorum = new HashMap<>();
    private final Map<Integer, Queue<Talk>> election = new HashMap<>();
    private final List<ServerSocket> listeners = new ArrayList<>();

    Tap(int dialling) {
        this.dialling = dialling;
    }

    @Override
    public int quorumPort(int from, int to, int port) throws IOException {
        return from == dialling ? listen(quorum, to, port) : port;
    }

    @Override
    public int electionPort(int from, int to, int port) throws IOException {
        return from == dialling ? listen(election, to, port) : port;
    }

    /// All connections to a server's quorum port that came to be, the first one first.
    List<Talk> quorumTalks(int to) {
        return List.copyOf(quorum.getOrDefault(to, new ConcurrentLinkedQueue<>()));
    }

    List<Talk> electionTalks(int to) {
        return List.copyOf(election.getOrDefault(to, new ConcurrentLinkedQueue<>()));
    }

    private int listen(Map<Integer, Queue<Talk>> of, int to, int target) throws IOException {
        Queue<Talk> talks = of.computeIfAbsent(to, server -> new ConcurrentLinkedQueue<>());
        ServerSocket listener = new ServerSocket(0, 128, InetAddress.getByName("127.0.0.1"));
        listeners.add(listener);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket near = listener.accept();
                    Thread.ofVirtual().start(() -> connect(near, target, talks));
                }
            } catch (IOException e) {
                // Closed.
            }
        });
        return listener.getLocalPort();
    }

    private static void connect(Socket near, int target, Queue<Talk> talks) {
        try (near;
                Socket far = dial(target)) {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Talk talk = new Talk(new ByteArrayOutputStream(), new ByteArrayOutputStream());
            talks.add(talk);
            Thread answers = Thread.ofVirtual().start(() -> pump(far, near, talk.back));
            pump(near, far, talk.there);
            answers.join();
        } catch (IOException e) {
            // Nobody is there: whoever dialled dials again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// We have accepted where the target may still refuse for a moment.
    private static Socket dial(int target) throws IOException, InterruptedException {
        for (int left = DIALS; ; left--) {
            try {
                return new Socket(InetAddress.getByName("127.0.0.1"), target);
            } catch (ConnectException e) {
                if (left == 1) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(REDIAL_MILLIS);
            }
        }
    }

    private static void pump(Socket from, Socket to, ByteArrayOutputStream heard) {
        byte[] buffer = new byte[16 * 1024];
        try {
            for (int length; (length = from.getInputStream().read(buffer)) >= 0; ) {
                // Heard first: whoever sees what came of it finds it here.
                heard.write(buffer, 0, length);
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException e) {
            // The end of one side is the end of the other.
        }
        try {
            from.close();
            to.close();
        } catch (IOException e) {
            // They are gone anyway.
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket listener : listeners) {
            listener.close();
        }
    }
}
