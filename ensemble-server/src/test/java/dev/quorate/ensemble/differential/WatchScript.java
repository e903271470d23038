package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import java.util.List;

/// Watches of all kinds, and the order of their events.
record WatchScript(Conversation talk, int servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        oneShotWatches();
        lastingWatches();
        watchBookkeeping();
        caughtUpWatches();
        watchesAndAcls();
    }

    private void oneShotWatches() throws Exception {
        talk.say("b", exists("/w", true));
        talk.say("c", exists("/w", true));
        talk.say("a", exists("/w", true));
        talk.say("a", create("/w", "0", OPEN, 0));
        talk.say("a", set("/w", "1", -1));
        talk.say("b", get("/w", true));
        talk.say("b", exists("/w", true));
        talk.say("b", children("/w", true));
        talk.say("c", children2("/w", true));
        talk.say("b", set("/w", "2", -1));
        talk.say("b", set("/w", "3", -1));
        talk.say("a", create("/w/x"));
        talk.say("a", create("/w/y"));
        talk.say("b", get("/w/x", true));
        talk.say("b", children("/w/x", true));
        talk.say("c", children("/w/x", true));
        talk.say("b", children("/w", true));
        talk.say("a", delete("/w/x", -1));
        talk.say("b", get("/w/none", true));
        talk.say("b", children("/w/none", true));
        talk.say("a", create("/w/none"));
        talk.say("b", exists("/w/none", true));
        talk.say("a", setAcl("/w/none", OPEN, -1));
        talk.say("a", set("/w/none", "bad version", 9));
        talk.say("a", multi(set("/w/none", "", -1), check("/w/none", 9)));
        talk.say("a", multi(set("/w/none", "", -1), delete("/w/none", -1), create("/w/none")));
        talk.say("b", exists("/w/none", true));
        talk.say("b", children("/w", true));
        talk.say("b", children("/w/none", true));
        talk.say("a", multi(create("/w/none/deep"), set("/w/none", "", -1), delete("/w/none/deep", -1)));
        talk.say("a", delete("/w/none", -1));
        talk.say("b", exists("/", true));
        talk.say("b", children("/", true));
        talk.say("a", set("/", "r", -1));
        talk.say("a", create("/w2"));
        talk.say("b", exists("", true));
        talk.say("a", set("/", "s", -1));
        talk.say("a", set("", "s", -1));
        talk.say("b", exists("relative", true));
        talk.say("b", exists("/w/end/", true));
    }

    private void lastingWatches() throws Exception {
        talk.connect("p", 1);
        talk.connect("r", 2);
        talk.say("p", addWatch("/l", 0));
        talk.say("r", addWatch("/l", 1));
        talk.say("a", create("/l", "", OPEN, 0));
        talk.say("a", create("/l/x"));
        talk.say("a", create("/l/x/y"));
        talk.say("a", set("/l", "1", -1));
        talk.say("a", set("/l/x/y", "1", -1));
        talk.say("r", children("/l", true));
        talk.say("r", get("/l", true));
        talk.say("a", create("/l/z"));
        talk.say("a", set("/l", "2", -1));
        talk.say("a", delete("/l/z", -1));
        talk.say("p", addWatch("/l", 1));
        talk.say("p", get("/l", true));
        talk.say("p", children("/l", true));
        talk.say("a", multi(create("/l/m"), set("/l", "3", -1), set("/l/m", "x", -1), delete("/l/m", -1)));
        talk.say("a", delete("/l/x/y", -1));
        talk.say("a", delete("/l/x", -1));
        talk.say("a", delete("/l", -1));
        talk.say("a", create("/l"));
        talk.say("r", addWatch("/", 1));
        talk.say("r", addWatch("relative", 1));
        talk.say("a", set("/c", "seen from the root", -1));
        talk.say("a", set("/", "root itself", -1));
        talk.say("p", addWatch("/", 0));
        talk.say("a", create("/lx"));
        talk.say("a", delete("/lx", -1));
        talk.say("p", addWatch("/l", 2));
        talk.say("p", addWatch("/l", -1));
        talk.say("p", closeSession());
        talk.say("r", closeSession());
    }

    private void watchBookkeeping() throws Exception {
        talk.say("a", create("/k"));
        for (int type = 0; type <= 6; type++) {
            talk.say("b", checkWatches("/k", type));
            talk.say("b", removeWatches("/k", type));
        }
        talk.say("b", checkWatches(null, 3));
        talk.say("b", removeWatches(null, 3));
        for (int type = 1; type <= 5; type++) {
            talk.say("b", get("/k", true));
            talk.say("b", children("/k", true));
            talk.say("b", addWatch("/k", 0));
            talk.say("b", addWatch("/k", 1));
            for (int asked = 1; asked <= 5; asked++) {
                talk.say("b", checkWatches("/k", asked));
            }
            talk.say("b", removeWatches("/k", type));
            for (int asked = 1; asked <= 5; asked++) {
                talk.say("b", checkWatches("/k", asked));
            }
            talk.say("a", set("/k", "x", -1));
            talk.say("a", create("/k/" + type));
            talk.say("b", removeWatches("/k", 3));
            talk.say("b", removeWatches("/k", 3));
        }
    }

    private void caughtUpWatches() throws Exception {
        talk.say("a", create("/u", "", OPEN, 0));
        talk.say("a", create("/u/old"));
        long before = talk.lastZxid();
        talk.say("a", create("/u/new"));
        talk.say("a", set("/u/old", "x", -1));
        talk.say("a", create("/u/new/child"));
        List<String> all = List.of("/u", "/u/old", "/u/new", "/u/none", "/none/none");
        talk.say("b", setWatches(SET_WATCHES, before, "before", all, List.of(), List.of()));
        talk.say("b", setWatches(SET_WATCHES, before, "before", List.of(), all, List.of()));
        talk.say("b", setWatches(SET_WATCHES, before, "before", List.of(), List.of(), all));
        talk.say("b", -8, setWatches(SET_WATCHES, talk.lastZxid(), "now", all, List.of("/u/later"), all));
        talk.say("a", set("/u", "x", -1));
        talk.say("a", set("/u/old", "x", -1));
        talk.say("a", create("/u/later"));
        talk.say("a", create("/u/none"));
        talk.say("a", delete("/u/new/child", -1));
        talk.say("a", delete("/u/new", -1));
        talk.say("a", create("/u/new"));
        talk.say("c", setWatches(SET_WATCHES2, before, "before", all, all, all, List.of("/u/p"), List.of("/u/r")));
        talk.say("a", create("/u/p"));
        talk.say("a", create("/u/p/x"));
        talk.say("a", create("/u/r"));
        talk.say("a", create("/u/r/x"));
        talk.say("c", setWatches(SET_WATCHES2, before, "before", all, all, all));
        talk.say("c", setWatches(SET_WATCHES, before, "before", null, List.of(), List.of()));
        talk.say("c", setWatches(SET_WATCHES, before, "before", List.of(), null, List.of()));
        talk.say("c", setWatches(SET_WATCHES, before, "before", List.of(), List.of(), null));
        talk.say("c", setWatches(SET_WATCHES2, 0, "0", List.of(), List.of(), List.of(), null, List.of()));
        talk.say("c", setWatches(SET_WATCHES, 0, "0", List.of("bad", ""), List.of("x/"), List.of("y/")));
        talk.say("c", removeWatches("/u/p", 3));
        talk.say("c", removeWatches("/u/r", 3));
    }

    private void watchesAndAcls() throws Exception {
        talk.say("a", create("/wa", "", OPEN, 0));
        talk.say("b", get("/wa", true));
        talk.say("b", children("/wa", true));
        talk.say("c", addWatch("/wa", 0));
        talk.say("a", setAcl("/wa", List.of("30 world anyone"), -1));
        talk.say("a", set("/wa", "unseen", -1));
        talk.say("a", create("/wa/x", "", OPEN, 0));
        talk.say("b", exists("/wa/hidden", true));
        talk.say("a", create("/wa/hidden", "", List.of("30 world anyone"), 0));
        talk.say("a", setAcl("/wa", OPEN, -1));
        talk.say("a", set("/wa", "seen", -1));
        talk.say("a", delete("/wa/hidden", -1));
        talk.say("c", removeWatches("/wa", 3));
    }
}
