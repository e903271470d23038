package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import dev.quorate.ensemble.differential.Requests.Request;
import java.nio.ByteBuffer;
import java.util.List;

/// What no client library sends; and, at the end, where we differ and mean it.
record MalformedScript(Conversation talk, int servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        undecodable();
        reconfiguration();
        badFrames();
        deliberate();
    }

    private void undecodable() throws Exception {
        talk.say("a", create("/bad"));
        List<Request> requests = List.of(
                create("/bad/x"),
                create(CREATE2, "/bad/x", null, OPEN, 0),
                create(CREATE_CONTAINER, "/bad/x", null, OPEN, 4),
                createTtl("/bad/x", 5, 1000),
                delete("/bad", -1),
                exists("/bad", true),
                get("/bad", true),
                set("/bad", "x", -1),
                getAcl("/bad"),
                setAcl("/bad", OPEN, -1),
                children("/bad", true),
                children2("/bad", true),
                sync("/bad"),
                checkWatches("/bad", 3),
                removeWatches("/bad", 3),
                addWatch("/bad", 0),
                setWatches(SET_WATCHES, 0, "0", List.of("/bad"), List.of(), List.of()),
                setWatches(SET_WATCHES2, 0, "0", List.of("/bad"), List.of(), List.of(), List.of(), List.of()),
                ephemerals("/"),
                countAll("/bad"));
        for (Request request : requests) {
            // Upstream's ensembles never answer such writes: docs/differences.md.
            if (servers == 1 || !request.writes()) {
                talk.say("a", request.shortBy(1));
                talk.say("b", request.shortBy(request.body().length));
            }
        }
        talk.say("a", get("/bad", false).longBy(5));
        talk.say("a", set("/bad", "longer", -1).longBy(5));
        byte[] huge = ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE).putInt(1).array();
        byte[] negative = ByteBuffer.allocate(8).putInt(-5).putInt(1).array();
        for (int opCode : new int[] {EXISTS, GET, GET_ACL, CHILDREN, EPHEMERALS, CREATE, DELETE, SET}) {
            if (servers == 1 || !raw(opCode).writes()) {
                talk.say("a", raw(opCode, huge));
                talk.say("a", raw(opCode, negative));
            }
        }
        // A vector that promises more than there can be.
        for (int count : new int[] {Integer.MAX_VALUE, 1_000_000, -2}) {
            byte[] bomb = ByteBuffer.allocate(28)
                    .putLong(0)
                    .putInt(count)
                    .putInt(0)
                    .putInt(0)
                    .putInt(0)
                    .putInt(0)
                    .array();
            talk.say("a", raw(SET_WATCHES, bomb));
        }
        talk.say("b", whoAmI().longBy(4));
        talk.say("b", ping().longBy(4));
    }

    private void reconfiguration() throws Exception {
        talk.say("a", reconfig("server.9=localhost:1:2:participant;3", null, null, -1));
        talk.say("b", reconfig(null, "3", null, -1));
        talk.say("b", reconfig(null, null, null, -1));
    }

    private void badFrames() throws Exception {
        talk.connect("f1", 1);
        talk.sendRaw("f1", "length 0", ByteBuffer.allocate(4).array());
        talk.endSession("f1");
        talk.connect("f2", 1);
        talk.sendRaw("f2", "length -1", ByteBuffer.allocate(4).putInt(-1).array());
        talk.endSession("f2");
        talk.connect("f3", 1);
        talk.sendRaw(
                "f3",
                "length 2^31-1",
                ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array());
        talk.endSession("f3");
        talk.connect("f4", 1);
        talk.sendRaw(
                "f4",
                "a header of 4 bytes",
                ByteBuffer.allocate(8).putInt(4).putInt(1).array());
        talk.endSession("f4");
        talk.connect("f5", 1);
        talk.sendRaw("f5", "ruok inside a session", bytes("ruok"));
        talk.endSession("f5");
        for (int opCode :
                new int[] {0, 10, 13, 21 + 2, 99, 108, 1000, -1, -2, -12, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            String label = "op" + opCode;
            talk.connect(label, 1);
            talk.say(label, raw(opCode, new byte[16]));
            talk.endSession(label);
        }
        talk.say("a", exists("/", false));
        talk.say("b", exists("/", false));
        talk.say("c", exists("/", false));
    }

    /// Where we differ and mean it; the heading stands in `docs/differences.md`.
    private void deliberate() throws Exception {
        talk.say("a", create("/differs", "", List.of("31 world anyone"), 0));
        talk.say("a", set("/differs", "x", -1));
        talk.say("a", setAcl("/differs", List.of("30 world anyone"), -1));
        talk.differs(
                "Caught-up watches respect ACLs",
                () -> talk.say("b", setWatches(SET_WATCHES, 0, "0", List.of("/differs"), List.of(), List.of())));
        talk.differs("A watch needs a path", () -> talk.say("b", addWatch(null, 0)));
        talk.differs("An ACL entry without an id is no ACL", () -> {
            for (String scheme : List.of("world", "digest", "ip")) {
                talk.say("b", create("/differs/acl", "", List.of("31 " + scheme + " null"), 0));
            }
        });
        talk.connect("d1", 1);
        talk.differs(
                "A client may not delete containers itself",
                () -> talk.say("d1", Request.of(20, "/differs", out -> out.writeBuffer(bytes("/differs")))));
    }
}
