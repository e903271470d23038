package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Writes over few paths and few sessions, so that they meet: many fail, znodes are deleted and created again, also
/// with other owners. One seed, one history.
public final class RandomRequests {
    public static final List<AuthId> ALICE = List.of(new AuthId("digest", Authentication.digestId("alice:a")));
    private static final List<Acl> OPEN = List.of(new Acl(Acl.ALL, AuthId.ANYONE));
    private static final List<Acl> READ_ONLY = List.of(new Acl(Acl.READ, AuthId.ANYONE));
    private static final List<Acl> OWN = List.of(new Acl(Acl.ALL, new AuthId("auth", "")));
    private static final String[] NAMES = {"a", "b", "c"};
    private static final int SESSIONS = 3;

    private final Random random;
    private final boolean ttl;
    private final int[] sessions = new int[SESSIONS];
    private int lastSession;

    public RandomRequests(long seed, boolean ttl) {
        random = new Random(seed);
        this.ttl = ttl;
        for (int i = 0; i < SESSIONS; i++) {
            sessions[i] = ++lastSession;
        }
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    /// One of a few sessions that live; a closed one's id does not come back.
    public long session() {
        return 0x100_0000_0000_0000L + sessions[random.nextInt(SESSIONS)];
    }

    void closed(long session) {
        for (int i = 0; i < SESSIONS; i++) {
            if (session == 0x100_0000_0000_0000L + sessions[i]) {
                sessions[i] = ++lastSession;
            }
        }
    }

    public List<AuthId> identities() {
        return random.nextInt(4) == 0 ? List.of() : ALICE;
    }

    public ClientRequest next() {
        int kind = random.nextInt(100);
        if (kind < 8) {
            return new ClientRequest.CreateSession(4000 + random.nextInt(3));
        }
        if (kind < 12) {
            return new ClientRequest.CloseSession();
        }
        if (kind < 22) {
            List<ClientRequest> ops = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                ops.add(random.nextInt(6) == 0 ? new ClientRequest.Check(path(), version()) : single());
            }
            return new ClientRequest.Multi(ops);
        }
        if (kind < 25) {
            return new ClientRequest.SetAcl(path(), acl(), version());
        }
        return kind < 28 ? new ClientRequest.DeleteContainer(path()) : single();
    }

    private ClientRequest single() {
        int kind = random.nextInt(10);
        if (kind < 5) {
            return create();
        }
        return kind < 8
                ? new ClientRequest.Delete(path(), version())
                : new ClientRequest.SetData(path(), data(), version());
    }

    private ClientRequest create() {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return new ClientRequest.Create(OpCode.CREATE_CONTAINER, path(), data(), acl(), 4, -1);
        }
        if (kind == 1 && ttl) {
            return new ClientRequest.Create(
                    OpCode.CREATE_TTL, path(), data(), acl(), 5 + random.nextInt(2), 1 + random.nextInt(1000));
        }
        int opCode = random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;
        return new ClientRequest.Create(opCode, path(), data(), acl(), random.nextInt(4), -1);
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        return path.toString();
    }

    private int version() {
        return random.nextInt(3) == 0 ? random.nextInt(3) : -1;
    }

    private byte @Nullable [] data() {
        return random.nextInt(8) == 0 ? null : new byte[random.nextInt(20)];
    }

    private List<Acl> acl() {
        return switch (random.nextInt(12)) {
            case 0 -> READ_ONLY;
            case 1, 2 -> OWN;
            default -> OPEN;
        };
    }
}
