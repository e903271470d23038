package dev.quorate.ensemble.server;

import dev.quorate.ensemble.core.EnsembleMember;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.MemberConfig;
import dev.quorate.ensemble.core.Recovered;
import dev.quorate.ensemble.core.SessionModes;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.request.RequestConfig;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.TxnWire;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An ensemble of three in memory that elects, writes, and loses its leader: what a failover runs through is loaded,
/// linked and partly compiled before the first one happens. That costs about 0.2 s of CPU at the start, which would
/// otherwise be spent while everybody waits for a leader. No socket, no file, one thread; bounded by a number of turns.
final class Rehearsal {
    private static final int MEMBERS = 3;
    private static final int ROUNDS = 3;
    private static final int WRITES = 60;
    /// To a client: the session, the write that creates, and the others with a read each.
    static final int ANSWERS = 2 * WRITES;

    private static final int TURNS_MAX = 400;
    private static final int TICK_MILLIS = 100;
    private static final long TURN_NANOS = 10_000_000L;
    private static final long NEW_SESSION = 0;

    private final EnsembleConfig ensemble;
    private final TxnWire codec = new TxnWire();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Map<Long, RehearsedServer> servers = new TreeMap<>();
    private long now;
    private long nextLink = 1L << 40;
    private int answers;

    Rehearsal() {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (long id = 1; id <= MEMBERS; id++) {
            List<Member.PeerAddress> nowhere = List.of(new Member.PeerAddress("rehearsal", 1, 1));
            members.put(id, new Member(id, nowhere, Member.Role.PARTICIPANT, null));
        }
        ensemble = new EnsembleConfig(members, 0);
    }

    /// Plays all rounds, on the calling thread.
    static void run() {
        for (int round = 0; round < ROUNDS; round++) {
            new Rehearsal().play();
        }
    }

    /// How many answers the clients got.
    int play() {
        for (long id = 1; id <= MEMBERS; id++) {
            RehearsedServer server = new RehearsedServer(this, id, member(id));
            servers.put(id, server);
            server.take(new Event.Tick());
        }
        await(this::oneLeads);
        writeThroughAll();
        leader().die();
        await(this::oneLeads);
        writeThroughAll();
        leader().take(new Event.Stop());
        await(queue::isEmpty);
        return answers;
    }

    private EnsembleMember member(long id) {
        return new EnsembleMember(
                new MemberConfig(
                        id,
                        Membership.of(ensemble),
                        new MemberConfig.Reconfigurable(false, true),
                        TICK_MILLIS,
                        10,
                        5,
                        2 * TICK_MILLIS,
                        1_000 * TICK_MILLIS,
                        100_000,
                        1_000,
                        500,
                        1_000,
                        5 * TICK_MILLIS,
                        60_000,
                        0,
                        0,
                        SessionModes.NONE,
                        new RequestConfig(true, false, false, "", true)),
                new Recovered(new DataTree(true), List.of(), 0, 0, 0, false),
                codec,
                new SplittableRandom(id));
    }

    private boolean oneLeads() {
        return servers.values().stream().anyMatch(server -> server.leads());
    }

    private RehearsedServer leader() {
        return servers.values().stream()
                .filter(server -> server.leads())
                .findFirst()
                .orElse(servers.values().iterator().next());
    }

    /// A session on each server, and some writes and reads in it.
    private void writeThroughAll() {
        for (RehearsedServer server : servers.values()) {
            if (server.alive) {
                int before = answers;
                long connection = nextLink++;
                server.take(new Event.ClientAccepted(connection, "127.0.0.1", List.of(new AuthId("ip", "127.0.0.1"))));
                server.take(new Event.ClientConnect(
                        connection, new ConnectRequest(0, 1_000 * TICK_MILLIS, NEW_SESSION, new byte[16], false)));
                await(() -> answers > before);
                String path = "/r" + connection;
                request(server, connection, 1, OpCode.CREATE, create(path));
                for (int xid = 2; xid <= WRITES; xid++) {
                    request(server, connection, xid, OpCode.SET_DATA, setData(path));
                    request(server, connection, xid, OpCode.GET_DATA, getData(path));
                }
                await(() -> answers == before + ANSWERS);
            }
        }
    }

    private static JuteWriter create(String path) {
        return new JuteWriter(64)
                .writeString(path)
                .writeBuffer(new byte[10])
                .writeInt(1)
                .writeInt(Acl.ALL)
                .writeString("world")
                .writeString("anyone")
                .writeInt(0);
    }

    private static JuteWriter setData(String path) {
        return new JuteWriter(64).writeString(path).writeBuffer(new byte[10]).writeInt(-1);
    }

    private static JuteWriter getData(String path) {
        return new JuteWriter(64).writeString(path).writeBoolean(false);
    }

    private void request(RehearsedServer server, long connection, int xid, int opCode, JuteWriter body) {
        byte[] bytes = body.toBytes();
        server.take(new Event.ClientRequestArrived(connection, xid, opCode, codec.decodeRequest(opCode, bytes), bytes));
    }

    interface Condition {
        boolean holds();
    }

    private void await(Condition condition) {
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            Runnable next;
            while ((next = queue.poll()) != null) {
                next.run();
            }
            if (condition.holds()) {
                return;
            }
            now += TURN_NANOS;
            for (RehearsedServer server : servers.values()) {
                server.take(new Event.Tick());
            }
        }
    }

    // --- for the servers

    void later(Runnable action) {
        queue.add(action);
    }

    @Nullable
    RehearsedServer server(long id) {
        return servers.get(id);
    }

    long nextLink() {
        return nextLink++;
    }

    long now() {
        return now;
    }

    void answered() {
        answers++;
    }
}
