package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import java.util.List;

/// Sessions: opened, taken up, moved, closed, expired; what they own.
record SessionScript(Conversation talk, int servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        ownedZnodes();
        sessions();
    }

    private void ownedZnodes() throws Exception {
        talk.connect("e", 1);
        talk.say("a", create("/e", "", OPEN, 0));
        talk.say("b", children("/e", true));
        for (String name : List.of("one", "two", "onex")) {
            talk.say("e", create("/e/" + name, name, OPEN, 1));
        }
        talk.say("a", create("/e/other", "", OPEN, 1));
        talk.say("e", delete("/e/two", -1));
        for (String prefix : new String[] {"/", "", " ", null, "/e", "/e/one", "/e/one/", "/none", "e"}) {
            talk.say("e", ephemerals(prefix));
        }
        talk.say("e", create("/e/one/child"));
        talk.say("a", delete("/e/one", -1));
        talk.say("e", ephemerals("/"));
        talk.say("b", exists("/e/onex", true));
        talk.say("c", children("/e", true));
        talk.say("e", closeSession());
        talk.say("a", children2("/e", false));
        talk.connect("e2", 2);
        talk.say("e2", create("/e/last", "", OPEN, 1));
        talk.say("b", exists("/e/last", true));
        talk.say("c", children("/e", true));
        talk.say("e2", closeSession());
    }

    private void sessions() throws Exception {
        for (int timeout : new int[] {0, -1, 1, 999, 1000, 1001, 9999, 10_000, 10_001, Integer.MAX_VALUE}) {
            talk.connect("t" + timeout, 1, timeout);
            talk.say("t" + timeout, closeSession());
        }
        talk.attach("old", 0, 0, 5000, 0, new byte[16], null);
        talk.say("old", closeSession());
        talk.barrier();
        for (int length : new int[] {0, 3, 40}) {
            talk.attach("password" + length, 2, 0, 5000, 0, new byte[length], false);
            talk.say("password" + length, closeSession());
        }
        talk.attach("nopassword", 2, 0, 5000, 0, null, true);
        talk.say("nopassword", closeSession());
        talk.attach("future", 0, Long.MAX_VALUE, 5000, 0, new byte[16], false);
        talk.attach("unknown", 1, 0, 5000, 0x1234567890L, new byte[16], false);
        talk.attach("unknown", 1, 0, 5000, 0x1234567890L, null, null);

        talk.connect("s", 1, 4000);
        talk.say("s", create("/session", "", OPEN, 1));
        talk.drop("s");
        talk.reattach("s2", 2, "s", 6000);
        talk.say("s2", exists("/session", false));
        talk.say("s2", set("/session", "moved", -1));
        // The session is used elsewhere now: taking it up ends the connection before at the same server.
        talk.reattach("s3", 2, "s", 6000);
        talk.awaitClosed("s2");
        talk.say("s3", get("/session", false));
        talk.reattachWrongly("s4", 2, "s", new byte[16]);
        talk.awaitClosed("s3");
        talk.reattachWrongly("s4", 0, "s", new byte[15]);
        talk.reattachWrongly("s4", 0, "s", null);
        talk.reattach("s5", 0, "s", 1000);
        talk.say("s5", closeSession());
        talk.reattach("s6", 1, "s", 5000);
        talk.say("a", exists("/session", false));
        if (servers > 1) {
            movedSession();
        }
        talk.connect("x", 1, 1000);
        talk.say("a", create("/expiry"));
        talk.say("b", addWatch("/expiry", 1));
        talk.say("c", children("/expiry", true));
        talk.say("x", create("/expiry/e", "", OPEN, 1));
        talk.drop("x");
        talk.awaitGone("a", "/expiry/e");
        talk.reattach("x2", 2, "x", 1000);
        talk.say("a", children2("/expiry", false));
        talk.say("b", removeWatches("/expiry", 3));
    }

    /// Two connections with one session at different servers: the later one has it, the earlier one is sent away.
    private void movedSession() throws Exception {
        talk.connect("m", 1, 8000);
        talk.reattach("m2", 2, "m", 8000);
        talk.say("m2", create("/moved", "", OPEN, 1));
        talk.say("m", create("/moved2", "", OPEN, 1));
        talk.say("m2", exists("/moved2", false));
        talk.say("m2", closeSession());
    }
}
