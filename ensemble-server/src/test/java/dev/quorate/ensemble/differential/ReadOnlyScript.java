package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import dev.quorate.ensemble.process.ServerProcess;
import java.util.List;

/// One server of three is left: what it answers to whom, while it has no leader. One connection at a time, since no
/// sync
/// is answered here.
record ReadOnlyScript(Conversation talk, List<ServerProcess> servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        talk.connect("g", 2, 60_000);
        talk.say("g", create("/ro", "data", OPEN, 0));
        talk.say("g", create("/ro/child", "", OPEN, 0));
        talk.say("g", create("/ro/secret", "", List.of("31 digest nobody:x"), 0));
        talk.say("g", create("/ro/own", "", OPEN, 1));
        talk.drop("g");
        talk.connect("l", 2, 60_000);
        talk.drop("l");
        servers.get(0).kill();
        servers.get(1).kill();
        awaitReadOnly();
        talk.attach("writer", 2, 0, 10_000, 0, new byte[16], false);
        talk.attach("old", 2, 0, 10_000, 0, new byte[16], null);
        talk.attach("future", 2, Long.MAX_VALUE, 10_000, 0, new byte[16], true);
        talk.reattach("global", 2, "g", 60_000);
        talk.reattachWrongly("global", 2, "g", new byte[16]);
        talk.differs("Local sessions outlive an election", () -> {
            talk.reattach("local", 2, "l", 60_000);
            if (talk.connected("local")) {
                talk.drop("local");
            }
        });
        talk.attach("r", 2, 0, 10_000, 0, new byte[16], true);
        reads();
        refused();
        sessions();
    }

    private void awaitReadOnly() throws Exception {
        while (!servers.get(2).ask("isro").equals("ro")) {
            if (!servers.get(2).running()) {
                throw new AssertionError(servers.get(2).said());
            }
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void reads() throws Exception {
        talk.say("r", get("/ro", true));
        talk.say("r", get("/ro/secret", false));
        talk.say("r", exists("/none", true));
        talk.say("r", children2("/ro", true));
        talk.say("r", getAcl("/ro"));
        talk.say("r", countAll("/"));
        talk.say("r", ephemerals("/"));
        talk.say("r", multiRead(get("/ro", false), children("/ro", false)));
        talk.say("r", addWatch("/ro", 1));
        talk.say("r", checkWatches("/ro", 3));
        talk.say("r", removeWatches("/ro", 3));
        talk.say("r", auth("digest", "me:secret"));
        talk.say("r", whoAmI());
        talk.say("r", -2, ping());
    }

    private void refused() throws Exception {
        for (Request request : List.of(
                create("/no"),
                create("/no", "", OPEN, 1),
                createTtl("/no", 5, 1000),
                delete("/ro/child", -1),
                set("/ro", "x", -1),
                setAcl("/ro", OPEN, -1),
                multi(create("/no"), delete("/ro", -1)),
                sync("/ro"),
                reconfig(null, "1", null, -1),
                raw(1),
                raw(14, new byte[] {1}))) {
            talk.say("r", request);
        }
        talk.say("r", get("/ro", false));
    }

    private void sessions() throws Exception {
        talk.drop("r");
        talk.reattach("r2", 2, "r", 8_000);
        talk.say("r2", get("/ro", false));
        talk.reattachWrongly("r3", 2, "r", new byte[16]);
        talk.awaitClosed("r2");
        talk.reattach("r4", 2, "r", 8_000);
        talk.say("r4", closeSession());
        talk.attach("c", 2, 0, 10_000, 0, new byte[16], true);
        talk.say("c", check("/ro", 0));
        talk.differs("Who cannot know does not say that a session is over", () -> {
            talk.reattach("r5", 2, "r", 8_000);
            talk.attach("unknown", 2, 0, 5000, 0x1234567890L, new byte[16], true);
        });
    }
}
