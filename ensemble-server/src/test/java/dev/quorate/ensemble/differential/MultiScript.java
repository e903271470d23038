package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import dev.quorate.ensemble.differential.Requests.Request;
import java.util.ArrayList;
import java.util.List;

/// Several operations in one request, and several requests in one go.
record MultiScript(Conversation talk, int servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        multis();
        multiReads();
        pipelined();
    }

    private void multis() throws Exception {
        talk.say("a", create("/m"));
        talk.say("b", children("/m", true));
        talk.say("b", exists("/m/c", true));
        Request[] good = {
            create("/m/a", "1", OPEN, 0),
            create(CREATE2, "/m/b", bytes("2"), OPEN, 0),
            create(CREATE_CONTAINER, "/m/c", bytes("3"), OPEN, 4),
            createTtl("/m/t", 5, 100_000),
            create("/m/s-", "", OPEN, 2),
            create("/m/s-", "", OPEN, 3),
            create("/m/e", "", OPEN, 1),
            create("/m/a/child"),
            set("/m/a", "changed", 0),
            set("/m/a", "twice", 1),
            check("/m/a", 2),
            check("/m", -1),
            delete("/m/a/child", 0),
            delete("/m/b", -1),
            create("/m/b"),
            createTtl("/m/plain", 0, -1),
            createTtl("/m/seq", 2, -1),
            create("/m/four", "", OPEN, 4),
            create(CREATE2, "/m/four2", bytes(""), OPEN, 4)
        };
        talk.say("a", multi(good));
        talk.say("c", children2("/m", false));
        talk.say("c", get("/m/a", false));
        talk.say("c", exists("/m/plain", false));
        Request[] bad = {
            check("/m/none", -1),
            check("/m/a", 77),
            create("/m/a"),
            create("/none/a"),
            create("relative"),
            create("/m/x", "", List.of(), 0),
            create("/m/e/x"),
            createTtl("/m/x", 7, 1),
            createTtl("/m/x", 5, 0),
            delete("/m/none", -1),
            delete("/m", -1),
            delete("/", -1),
            set("/m/none", "", -1),
            set("/m/a", "", 77),
            set("relative", "", -1)
        };
        for (Request failing : bad) {
            talk.say("a", multi(failing));
            talk.say("a", multi(create("/m/before", "", OPEN, 2), failing));
            talk.say("b", multi(failing, delete("/m/a", -1), create("/m/after")));
            talk.say("b", multi(set("/m/a", "x", -1), check("/m/a", 3), failing, set("/m/a", "y", -1)));
        }
        talk.say("a", get("/m/a", false));
        talk.say("a", create("/m/next-", "", OPEN, 2));
        talk.say("a", multi());
        Request[] refused = {
            get("/m", false),
            children("/m", false),
            exists("/m", false),
            children2("/m", false),
            setAcl("/m", OPEN, -1),
            getAcl("/m"),
            sync("/m"),
            multi(create("/m/x")),
            closeSession(),
            ping(),
            raw(20, (byte) 0),
            raw(99),
            create("/m/x", "", OPEN, 5),
            create("/m/x", "", OPEN, 7),
            create("/m/x", "", OPEN, -1),
            create(CREATE_CONTAINER, "/m/x", null, OPEN, 6)
        };
        for (Request request : refused) {
            talk.say("a", multi(create("/m/not"), request));
            talk.say("a", multi(request));
        }
        talk.say("a", multi(create("/m/r")).shortBy(1));
        talk.say("a", multi(create("/m/r")).shortBy(9));
        talk.say("a", multi(create("/m/r")).longBy(3));
        talk.say("a", multi(create(null)));
        talk.say("a", multi(set(null, "", -1)));
        talk.say("a", multi(delete(null, -1)));
        talk.say("a", multi(check(null, -1)));
        talk.say("c", children2("/m", false));
        talk.say("a", multi(delete("/m/e", -1), create("/m/e", "", OPEN, 1), delete("/m/e", 0)));
        talk.say("a", multi(create("/m/p"), create("/m/p/q"), create("/m/p/q/r"), delete("/m/p/q/r", -1)));
        talk.say("b", multi(delete("/m/p", -1), delete("/m/p/q", -1)));
        talk.say("b", multi(delete("/m/p/q", -1), delete("/m/p", -1)));
        talk.say("b", exists("/m", false));
    }

    private void multiReads() throws Exception {
        talk.say("a", create("/r", "data", OPEN, 0));
        talk.say("a", create("/r/hidden", "no", List.of("30 world anyone"), 0));
        talk.say("b", multiRead());
        talk.say("b", multiRead(get("/r", true), children("/r", true), get("/r/none", false), get("/r/hidden", false)));
        talk.say("b", multiRead(children("/r/none", false)));
        talk.say("b", multiRead(get("", false), children("/", false)));
        talk.say("b", multiRead(get(null, false)));
        talk.say("b", multiRead(create("/r/x")));
        talk.say("b", multiRead(delete("/r/x", 1), create("/r/x")));
        talk.say("b", multiRead(get("/r", false), create("/r/x")));
        talk.say("b", multiRead(create("/r/x"), get("/r", false)));
        talk.say("b", multiRead(exists("/r", false)));
        talk.say("b", multiRead(children2("/r", false)));
        talk.say("b", multiRead(check("/r", 0)));
        talk.say("b", multiRead(get("/r", false)).shortBy(2));
        talk.say("a", set("/r", "no watch fires", -1));
        talk.say("a", create("/r/y"));
    }

    private void pipelined() throws Exception {
        talk.say("a", create("/pipe"));
        talk.say("b", addWatch("/pipe", 1));
        List<Request> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(create("/pipe/n" + i, "x", OPEN, i % 2));
            all.add(get("/pipe/n" + i, true));
            all.add(set("/pipe/n" + i, "y", i % 3));
            all.add(exists("/pipe/n" + (i + 1), true));
            all.add(children("/pipe", false));
            all.add(ping());
            all.add(delete("/pipe/n" + (i - 2), -1));
            all.add(sync("/pipe"));
            all.add(create("/pipe/s-", "", OPEN, 3));
            all.add(multi(check("/pipe/n" + i, 1), set("/pipe/n" + i, "z", -1)));
        }
        talk.sayAll("a", all);
        talk.sayAll("c", all);
        talk.say("b", removeWatches("/pipe", 3));
        talk.connect("late", 1);
        talk.sayAll("late", List.of(create("/pipe/late", "", OPEN, 1), get("/pipe/late", false), closeSession()));
        if (talk.connected("late")) {
            talk.awaitClosed("late");
        }
        talk.say("a", exists("/pipe/late", false));
    }
}
