package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import dev.quorate.ensemble.differential.Requests.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Requests drawn from a seed, on few paths so that they get into each other's way. What is drawn does not depend on
/// what is answered.
final class RandomScript {
    private static final List<List<String>> ACLS = List.of(
            OPEN,
            OPEN,
            OPEN,
            READ_ONLY,
            List.of("31 auth "),
            List.of("30 world anyone"),
            List.of("31 ip 127.0.0.1"),
            List.of("31 ip 10.0.0.0/8", "5 world anyone"),
            List.of());

    private final Conversation talk;
    private final Random random;
    /// Whether some znodes may not be read by all; setWatches differs there (docs/differences.md), so it is left out
    /// then.
    private final boolean restricted;

    private final String[] labels = {"a", "b", "c"};
    private int connections;

    RandomScript(Conversation talk, long seed) {
        this.talk = talk;
        random = new Random(seed);
        restricted = seed % 2 == 0;
    }

    void run(int requests) throws Exception {
        for (int i = 0; i < labels.length; i++) {
            open(i);
        }
        for (int i = 0; i < requests; i++) {
            int who = random.nextInt(labels.length);
            switch (random.nextInt(150)) {
                case 0 -> {
                    talk.unordered(() -> talk.say(labels[who], closeSession()));
                    open(who);
                }
                case 1 -> {
                    // The same session at another server.
                    String before = labels[who];
                    talk.drop(before);
                    labels[who] = "n" + ++connections;
                    talk.reattach(labels[who], random.nextInt(3), before, 60_000);
                }
                case 2 -> talk.say(labels[who], auth("digest", "user" + random.nextInt(2) + ":secret"));
                case 3 -> {
                    List<Request> several = new ArrayList<>();
                    for (int n = random.nextInt(20); n >= 0; n--) {
                        several.add(request());
                    }
                    talk.sayAll(labels[who], several);
                }
                default -> talk.say(labels[who], request());
            }
        }
    }

    private void open(int who) throws Exception {
        labels[who] = "n" + ++connections;
        talk.connect(labels[who], who);
    }

    private Request request() {
        return switch (random.nextInt(16)) {
            case 0, 1 -> create(CREATE, path(), data(), acl(), random.nextInt(4));
            case 2 -> create(CREATE2, path(), data(), acl(), random.nextInt(4));
            case 3 ->
                random.nextBoolean()
                        ? create(CREATE_CONTAINER, path(), data(), acl(), 4)
                        : createTtl(path(), 5 + random.nextInt(2), 10_000_000);
            case 4 -> delete(path(), version());
            case 5, 6 -> set(path(), data(), version());
            case 7 -> setAcl(path(), acl(), version());
            case 8 ->
                multi(random.ints(random.nextInt(5)).mapToObj(i -> member()).toArray(Request[]::new));
            case 9 -> get(path(), random.nextBoolean());
            case 10 -> exists(path(), random.nextBoolean());
            case 11 -> children(path(), random.nextBoolean());
            case 12 -> children2(path(), random.nextBoolean());
            case 13 -> random.nextBoolean() ? getAcl(path()) : countAll(path());
            case 14 ->
                random.nextInt(3) > 0
                        ? addWatch(path(), random.nextInt(2))
                        : restricted || random.nextBoolean()
                                ? removeWatches(path(), 1 + random.nextInt(5))
                                : setWatches(
                                        SET_WATCHES2,
                                        talk.lastZxid(),
                                        "now",
                                        List.of(path(), path()),
                                        List.of(path()),
                                        List.of(path(), path()),
                                        List.of(path()),
                                        List.of(path()));
            default ->
                random.nextBoolean()
                        ? multiRead(get(path(), false), children(path(), false), get(path(), false))
                        : ephemerals(path());
        };
    }

    private Request member() {
        return switch (random.nextInt(6)) {
            case 0 -> check(path(), version());
            case 1 -> delete(path(), version());
            case 2 -> set(path(), data(), version());
            case 3 -> create(CREATE_CONTAINER, path(), data(), OPEN, 4);
            default -> create(random.nextBoolean() ? CREATE : CREATE2, path(), data(), acl(), random.nextInt(5));
        };
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        do {
            path.append('/').append((char) ('a' + random.nextInt(4)));
        } while (random.nextInt(3) == 0);
        if (random.nextInt(40) == 0) {
            path.append('/');
        }
        return path.toString();
    }

    private List<String> acl() {
        return restricted ? ACLS.get(random.nextInt(ACLS.size())) : OPEN;
    }

    private byte[] data() {
        return random.nextInt(10) == 0 ? null : new byte[random.nextInt(30)];
    }

    private int version() {
        return random.nextInt(4) == 0 ? random.nextInt(4) : -1;
    }
}
