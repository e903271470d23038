package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a client asks for: all kinds of requests over few paths, so that clients meet. `/q` is never deleted: below it
/// sequence numbers are unique for good.
final class Workload {
    record Operation(int opCode, ClientRequest request) {}

    static final String QUEUE = "/q";
    private static final List<Acl> OPEN = List.of(new Acl(Acl.ALL, AuthId.ANYONE));
    private static final String[] PATHS = {"/a", "/b", "/a/x", "/a/y", "/b/x", "/a/x/z"};
    private static final int EPHEMERAL = 1;
    private static final int SEQUENTIAL = 2;

    private final RandomGenerator random;
    private final int client;
    private final Scenario scenario;
    private @Nullable String lastOfQueue;
    /// Asks for hardly anything but reads and syncs.
    private final boolean reader;
    private int written;

    Workload(RandomGenerator random, int client, Scenario scenario) {
        this.random = random;
        this.client = client;
        this.scenario = scenario;
        reader = random.nextInt(3) == 0;
    }

    private String path() {
        return PATHS[random.nextInt(PATHS.length)];
    }

    private byte[] data() {
        written++;
        return new byte[] {(byte) client, (byte) (written >> 8), (byte) written};
    }

    private int version() {
        return random.nextInt(4) == 0 ? random.nextInt(3) : -1;
    }

    /// In peace nobody reconfigures: every change of the configuration may cost an election, and what is waited for
    /// would
    /// begin anew.
    Operation next(boolean peace) {
        if (scenario.reconfigures() && random.nextInt(60) == 0) {
            ClientRequest change = reconfig();
            return peace ? read() : new Operation(OpCode.RECONFIG, change);
        }
        int kind = reader && random.nextInt(20) > 0 ? 60 + random.nextInt(34) : random.nextInt(100);
        if (kind < 22) {
            return new Operation(OpCode.SET_DATA, new ClientRequest.SetData(path(), data(), version()));
        }
        if (kind < 34) {
            return create(path(), random.nextInt(5) == 0 ? EPHEMERAL : 0);
        }
        if (kind < 42) {
            return queue();
        }
        if (kind < 49) {
            String last = lastOfQueue;
            lastOfQueue = null;
            return new Operation(OpCode.DELETE, new ClientRequest.Delete(last == null ? path() : last, -1));
        }
        if (kind < 54) {
            return new Operation(OpCode.DELETE, new ClientRequest.Delete(path(), version()));
        }
        if (kind < 60) {
            return multi();
        }
        if (kind < 84) {
            return read();
        }
        if (kind < 94) {
            return sync();
        }
        if (kind < 99) {
            return create("/b/e" + client, EPHEMERAL);
        }
        return random.nextInt(4) == 0 ? new Operation(OpCode.CLOSE_SESSION, new ClientRequest.CloseSession()) : read();
    }

    Operation sync() {
        return new Operation(OpCode.SYNC, new ClientRequest.Sync(path()));
    }

    /// One server more, one less, another role, another port; or all of it at once. Now and then it cannot be.
    private ClientRequest reconfig() {
        long version = random.nextInt(8) == 0 ? random.nextInt(3) : -1;
        return switch (random.nextInt(6)) {
            case 0 -> new ClientRequest.Reconfig(null, String.valueOf(server()), null, version);
            case 1, 2, 3 -> new ClientRequest.Reconfig(line(server()), null, null, version);
            case 4 -> new ClientRequest.Reconfig(line(server()), String.valueOf(server()), null, version);
            default -> {
                StringBuilder all = new StringBuilder();
                for (int id = 1; id <= scenario.servers(); id++) {
                    all.append(random.nextInt(3) > 0 ? line(id) + "\n" : "");
                }
                yield new ClientRequest.Reconfig(null, null, all.toString(), version);
            }
        };
    }

    private int server() {
        return 1 + random.nextInt(scenario.servers());
    }

    private String line(int server) {
        int port = random.nextInt(5) == 0 ? 2889 : 2888;
        String role = random.nextInt(4) == 0 ? "observer" : "participant";
        return "server.%d=server-%d:%d:3888:%s;2181".formatted(server, server, port, role);
    }

    private Operation create(String path, int flags) {
        int opCode = random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;
        return new Operation(opCode, new ClientRequest.Create(opCode, path, data(), OPEN, flags, -1));
    }

    private Operation queue() {
        return random.nextInt(6) == 0
                ? create(QUEUE, 0)
                : create(QUEUE + "/n-", SEQUENTIAL | (random.nextBoolean() ? EPHEMERAL : 0));
    }

    private Operation read() {
        String path = random.nextInt(6) == 0 ? "/b/e" + random.nextInt(4) : path();
        boolean watch = random.nextBoolean();
        if (random.nextInt(3) == 0) {
            String parent = random.nextBoolean() ? QUEUE : path();
            return new Operation(OpCode.GET_CHILDREN, new ClientRequest.GetChildren(parent, watch, false));
        }
        return random.nextBoolean()
                ? new Operation(OpCode.EXISTS, new ClientRequest.Exists(path, watch))
                : new Operation(OpCode.GET_DATA, new ClientRequest.GetData(path, watch));
    }

    private Operation multi() {
        String path = path();
        return new Operation(
                OpCode.MULTI,
                new ClientRequest.Multi(List.of(
                        new ClientRequest.Check(path, version()),
                        new ClientRequest.SetData(path, data(), -1),
                        create(QUEUE + "/m-", SEQUENTIAL).request(),
                        new ClientRequest.SetData(path(), data(), -1))));
    }

    void replied(SimulatedClient self, ClientRequest request, Reply reply) {
        if (request instanceof ClientRequest.Create
                && reply.body() instanceof ReplyBody.PathOnly(String path)
                && path != null
                && path.startsWith(QUEUE + "/")) {
            lastOfQueue = path;
        }
    }
}
