package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

/// Sessions that stay on their server: what they may do, where they are known, and how they become sessions of the
/// ensemble. Server 0 is the leader.
record LocalSessionScript(Conversation talk) implements Script.Part {
    @Override
    public void run() throws Exception {
        for (int server = 0; server < 2; server++) {
            String a = "a" + server;
            talk.connect(a, server);
            onlyHere(a, server);
            talk.connect("e" + server, server, 4000);
            owning("e" + server, a, server);
        }
    }

    private void onlyHere(String a, int server) throws Exception {
        String at = "/local" + server;
        talk.say(a, create(at));
        talk.say(a, set(at, "x", -1));
        talk.say(a, set(at, "x", 7));
        talk.say(a, get(at, true));
        talk.say(a, sync(at));
        talk.say(a, multi(create(at + "/m"), delete(at + "/m", -1)));
        talk.say(a, multi(create(at + "/m"), check(at, 9)));
        talk.connect("brief" + server, server, 4000);
        talk.say("brief" + server, exists(at, true));
        talk.say(a, set(at, "y", -1));
        talk.say("brief" + server, closeSession());
        talk.reattach("gone" + server, server, "brief" + server, 4000);
        // Taken up where it is known, and where it is not.
        talk.connect("moving" + server, server, 4000);
        talk.drop("moving" + server);
        talk.reattach("back" + server, server, "moving" + server, 5000);
        talk.say("back" + server, get(at, false));
        talk.reattachWrongly("wrong" + server, server, "moving" + server, new byte[16]);
        talk.awaitClosed("back" + server);
        talk.reattach("elsewhere" + server, server + 1, "moving" + server, 5000);
    }

    private void owning(String e, String other, int server) throws Exception {
        String at = "/local" + server;
        talk.say(e, create(at + "/e", "", OPEN, 1));
        talk.say(e, exists(at + "/e", false));
        talk.say(e, create(at + "/s-", "", OPEN, 3));
        talk.say(e, multi(create(at + "/m", "", OPEN, 1), create(at + "/n", "", OPEN, 0)));
        talk.say(e, ephemerals("/"));
        talk.say(other, children(at, false));
        talk.say(e, set(at, "z", -1));
        talk.drop(e);
        talk.reattach(e + "b", server + 1, e, 4000);
        if (talk.connected(e + "b")) {
            talk.say(e + "b", exists(at + "/e", false));
            talk.say(e + "b", closeSession());
            talk.say(other, exists(at + "/e", false));
        }
    }
}
