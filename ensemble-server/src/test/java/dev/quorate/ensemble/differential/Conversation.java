package dev.quorate.ensemble.differential;

import dev.quorate.ensemble.differential.Requests.Request;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.wire.JuteReader;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.MalformedRecordException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is said to the servers of one ensemble on several connections, one request after the other, and all that
/// comes back, as lines of text that do not tell one run from another: zxids count from the first session's, sessions
/// have the names of their connections, times are masked.
///
/// After each write every other connection is brought to the same point by a sync, so that the place of each event in
/// the transcript is the place that the protocol promises.
public final class Conversation implements AutoCloseable {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int BARRIER_XID = 1 << 30;

    private static final class Talk {
        final String label;
        final RawConnection wire;
        int xid;

        Talk(String label, RawConnection wire) {
            this.label = label;
            this.wire = wire;
        }
    }

    private record Session(long id, byte[] password) {}

    private final List<ServerProcess> servers;
    private final Map<String, Talk> talks = new LinkedHashMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<Long, String> sessionNames = new HashMap<>();
    private final ReplyText texts = new ReplyText(this::zxid, this::session);
    private final List<String> transcript = new ArrayList<>();
    private final Map<String, List<String>> deliberate = new TreeMap<>();
    private List<String> lines = transcript;
    private long firstEpoch = -1;
    private long lastZxid;
    private int requests;
    private int barriers;

    /// The leader should be the first of the servers, so that two ensembles are spoken to alike.
    public Conversation(List<ServerProcess> servers) {
        this.servers = servers;
    }

    public List<String> transcript() {
        return transcript;
    }

    /// What was said where we mean to differ, by the name of the difference.
    public Map<String, List<String>> deliberate() {
        return deliberate;
    }

    public int requests() {
        return requests;
    }

    /// The highest zxid of any reply so far.
    public long lastZxid() {
        return lastZxid;
    }

    /// Steps whose replies are known to differ, with the heading in `docs/differences.md` that says why.
    public void differs(String heading, Script.Part part) throws Exception {
        lines = deliberate.computeIfAbsent(heading, key -> new ArrayList<>());
        try {
            part.run();
        } finally {
            lines = transcript;
        }
    }

    /// A step whose events may come in any order, as those of the end of a session with several ephemerals.
    void unordered(Script.Part part) throws Exception {
        int from = lines.size();
        part.run();
        java.util.Collections.sort(lines.subList(from, lines.size()));
    }

    // --- connections

    public void connect(String label, int server) throws Exception {
        connect(label, server, 60_000);
    }

    public void connect(String label, int server, int timeoutMillis) throws Exception {
        attach(label, server, 0, timeoutMillis, 0, new byte[16], true);
        barrier(label);
    }

    /// A connection that takes up the session of another.
    public void reattach(String label, int server, String sessionOf, int timeoutMillis) throws Exception {
        Session session = session(sessionOf);
        attach(label, server, 0, timeoutMillis, session.id, session.password, true);
    }

    public void reattachWrongly(String label, int server, String sessionOf, byte @Nullable [] password)
            throws Exception {
        attach(label, server, 0, 10_000, session(sessionOf).id, password, true);
    }

    private Session session(String name) {
        Session session = sessions.get(name);
        if (session == null) {
            throw new IllegalStateException("no session " + name);
        }
        return session;
    }

    /// Everything of a connect request by hand; `readOnly` null leaves the byte away.
    public void attach(
            String label,
            int server,
            long lastZxid,
            int timeoutMillis,
            long sessionId,
            byte @Nullable [] password,
            @Nullable Boolean readOnly)
            throws Exception {
        Talk talk = new Talk(
                label, new RawConnection(servers.get(server % servers.size()).address()));
        JuteWriter out = new JuteWriter(64);
        out.writeInt(0)
                .writeLong(lastZxid)
                .writeInt(timeoutMillis)
                .writeLong(sessionId)
                .writeBuffer(password);
        if (readOnly != null) {
            out.writeBoolean(readOnly);
        }
        talk.wire.send(out.toBytes());
        byte[] answer = talk.wire.receive();
        String asked = "%s connect server=%d timeout=%d session=%s readOnly=%s"
                .formatted(label, server, timeoutMillis, session(sessionId), readOnly);
        if (answer == null) {
            lines.add(asked + " → closed");
            talk.wire.close();
            return;
        }
        JuteReader in = new JuteReader(answer);
        int version = in.readInt();
        int timeout = in.readInt();
        long id = in.readLong();
        byte[] given = in.readBuffer();
        if (id != 0 && !sessionNames.containsKey(id)) {
            sessionNames.put(id, label);
        }
        String right = given != null && Arrays.equals(given, password(id)) ? "right" : Arrays.toString(given);
        lines.add(asked
                + " → version=%d timeout=%d session=%s password=%s rest=%s"
                        .formatted(version, timeout, session(id), right, Arrays.toString(in.readRest())));
        if (id == 0) {
            lines.add(label + (talk.wire.receive() == null ? " is closed" : " stays open"));
            talk.wire.close();
            return;
        }
        if (given != null) {
            sessions.put(label, new Session(id, given));
        }
        talks.put(label, talk);
    }

    /// The documented function of a session's id (client-protocol.md §2).
    private static byte[] password(long session) {
        byte[] password = new byte[16];
        if (session != 0) {
            new java.util.Random(session ^ 0xB3415C00L).nextBytes(password);
        }
        return password;
    }

    /// Ends a connection without a word.
    public void drop(String label) throws IOException {
        talk(label).wire.close();
        talks.remove(label);
        lines.add(label + " drops its connection");
    }

    private Talk talk(String label) {
        Talk talk = talks.get(label);
        if (talk == null) {
            throw new IllegalStateException(
                    "no connection " + label + "; last: " + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        }
        return talk;
    }

    public boolean connected(String label) {
        return talks.containsKey(label);
    }

    /// Closes a session whose connection the server has closed: left to expire, it would take a zxid at any time.
    public void endSession(String name) throws Exception {
        reattach(name, 0, name, 60_000);
        say(name, Requests.closeSession());
    }

    // --- requests

    /// Sends, and writes down what comes until the reply is there or the connection ends.
    public void say(String label, Request request) throws Exception {
        say(label, ++talk(label).xid, request);
    }

    public void say(String label, int xid, Request request) throws Exception {
        Talk talk = talk(label);
        requests++;
        talk.wire.send(frame(xid, request));
        String asked = label + " " + request.text();
        answer(talk, asked, request.opCode(), xid);
        if (request.opCode() == Requests.CLOSE && talks.containsKey(label)) {
            end(talk);
        }
        if (request.writes()) {
            barrier(label);
        }
    }

    /// Several requests in one go; their replies come in order.
    public void sayAll(String label, List<Request> all) throws Exception {
        Talk talk = talk(label);
        int first = talk.xid + 1;
        for (Request request : all) {
            talk.wire.send(frame(++talk.xid, request));
            requests++;
        }
        for (int i = 0; i < all.size() && talks.containsKey(label); i++) {
            answer(talk, label + " " + all.get(i).text(), all.get(i).opCode(), first + i);
        }
        barrier(label);
    }

    private static byte[] frame(int xid, Request request) {
        JuteWriter out = new JuteWriter(64 + request.body().length);
        out.writeInt(xid).writeInt(request.opCode()).writeRaw(request.body(), 0, request.body().length);
        return out.toBytes();
    }

    private void answer(Talk talk, String asked, int opCode, int xid) throws Exception {
        while (true) {
            byte[] frame;
            try {
                frame = talk.wire.receive();
            } catch (AssertionError e) {
                throw new AssertionError(asked + ": " + e.getMessage(), e);
            }
            if (frame == null) {
                lines.add(asked + " → closed");
                talks.remove(talk.label);
                talk.wire.close();
                return;
            }
            JuteReader in = new JuteReader(frame);
            int gotXid = in.readInt();
            long zxid = in.readLong();
            int error = in.readInt();
            if (gotXid == -1) {
                event(talk, zxid, error, in);
                continue;
            }
            lastZxid = Math.max(lastZxid, zxid);
            lines.add(asked + " → " + (gotXid == xid ? "" : "xid " + gotXid + " for " + xid + " ") + zxid(zxid) + " "
                    + error + texts.body(opCode, in));
            if (opCode == Requests.AUTH && error != 0 || error == -6 && zxid == -1) {
                end(talk);
            }
            return;
        }
    }

    private void event(Talk talk, long zxid, int error, JuteReader in) throws MalformedRecordException {
        lines.add(talk.label + " ! " + zxid(zxid) + " " + error + " type=" + in.readInt() + " state=" + in.readInt()
                + " " + in.readString() + (in.remaining() > 0 ? " and more" : ""));
    }

    /// The server is to close now.
    private void end(Talk talk) throws IOException {
        byte[] more = talk.wire.receive();
        lines.add(talk.label + (more == null ? " is closed" : " is not closed, " + more.length + " bytes"));
        talk.wire.close();
        talks.remove(talk.label);
    }

    public void awaitClosed(String label) throws IOException {
        Talk talk = talk(label);
        end(talk);
    }

    /// Bytes that are no proper frame; what comes back, and whether the connection goes.
    public void sendRaw(String label, String what, byte[] bytes) throws Exception {
        Talk talk = talk(label);
        talk.wire.sendRaw(bytes);
        lines.add(label + " sends " + what);
        end(talk);
    }

    /// Everybody but `except` is brought to the present.
    private void barrier(String except) throws Exception {
        for (Talk talk : new ArrayList<>(talks.values())) {
            if (!talk.label.equals(except)) {
                catchUp(talk);
            }
        }
    }

    public void barrier() throws Exception {
        barrier("");
    }

    private void catchUp(Talk talk) throws Exception {
        int xid = askBarrier(talk);
        while (true) {
            byte[] frame = talk.wire.receive();
            if (frame == null) {
                lines.add(talk.label + " is closed");
                talks.remove(talk.label);
                talk.wire.close();
                return;
            }
            JuteReader in = new JuteReader(frame);
            int gotXid = in.readInt();
            long zxid = in.readLong();
            int error = in.readInt();
            if (gotXid == -1) {
                event(talk, zxid, error, in);
            } else if (gotXid == xid && error == 0) {
                if (zxid >= lastZxid) {
                    return;
                }
                // Upstream may answer a sync of one session while it still applies another's write.
                xid = askBarrier(talk);
            } else {
                lines.add(talk.label + " unasked reply " + gotXid + " " + error);
            }
        }
    }

    private int askBarrier(Talk talk) throws IOException {
        int xid = BARRIER_XID + ++barriers;
        talk.wire.send(frame(xid, Requests.sync("/")));
        return xid;
    }

    /// Waits until a znode is gone, as it goes with an expired session or when it is reaped.
    public void awaitGone(String label, String path) throws Exception {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        Talk talk = talk(label);
        lines.add(label + " waits for the end of " + path);
        while (true) {
            int xid = BARRIER_XID + ++barriers;
            talk.wire.send(frame(xid, Requests.exists(path, false)));
            byte[] frame;
            int gotXid;
            int error;
            do {
                frame = talk.wire.receive();
                if (frame == null) {
                    throw new AssertionError(label + " was closed while waiting for the end of " + path);
                }
                JuteReader in = new JuteReader(frame);
                gotXid = in.readInt();
                long zxid = in.readLong();
                error = in.readInt();
                if (gotXid == -1) {
                    event(talk, zxid, error, in);
                }
            } while (gotXid != xid);
            if (error == -101) {
                barrier("");
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(path + " does not go");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    // --- what must not tell runs apart

    private String zxid(long zxid) {
        if (zxid == 0 || zxid == -1) {
            return String.valueOf(zxid);
        }
        long epoch = zxid >>> 32;
        if (firstEpoch < 0) {
            firstEpoch = epoch;
        }
        return (epoch == firstEpoch ? "z" : "epoch+" + (epoch - firstEpoch) + " z") + (zxid & 0xffffffffL);
    }

    private String session(long id) {
        return id == 0 ? "0" : sessionNames.getOrDefault(id, "0x" + Long.toHexString(id));
    }

    @Override
    public void close() throws IOException {
        for (Talk talk : talks.values()) {
            talk.wire.close();
        }
    }
}
