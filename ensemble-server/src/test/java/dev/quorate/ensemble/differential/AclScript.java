package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import java.util.List;

/// Access control and authentication.
record AclScript(Conversation talk, int servers) implements Script.Part {
    private static final String DIGEST_ANN = "digest ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=";

    @Override
    public void run() throws Exception {
        acls();
        authentication();
    }

    private void acls() throws Exception {
        talk.say("a", create("/acl"));
        List<List<String>> lists = List.of(
                List.of("31 world anyone"),
                List.of("1 world anyone", "31 ip 127.0.0.1"),
                List.of("31 world everyone"),
                List.of("31 nobody x"),
                List.of("31 auth "),
                List.of("31 auth x"),
                List.of("31 super x"),
                List.of("31 digest user"),
                List.of("31 digest user:hash"),
                List.of("31 digest user:ha:sh"),
                List.of("31 digest :"),
                List.of("31 digest a:"),
                List.of("31 digest :b"),
                List.of("31 ip 127.0.0.1"),
                List.of("31 ip 127.0.0.0/8"),
                List.of("31 ip 127.0.0.1/33"),
                List.of("31 ip 127.0.0.1/32"),
                List.of("31 ip 127.0.0.1/0"),
                List.of("31 ip 127.0.0.1/-1"),
                List.of("31 ip 127.0.0.1/x"),
                List.of("31 ip 127.0.0"),
                List.of("31 ip 127.0.0.256"),
                List.of("31 ip 1.2.3.4.5"),
                List.of("31 ip host"),
                List.of("31 ip ::1"),
                List.of("31 ip fe80::/10"),
                List.of("31 ip ::1/129"),
                List.of("31 ip 10.0.0.1"),
                List.of("0 world anyone"),
                List.of("32 world anyone"),
                List.of("-1 world anyone"),
                List.of("31 null anyone"),
                List.of("31 nobody null"),
                List.of("31 auth null"),
                List.of("31 sasl me"),
                List.of("31 x509 CN=me"),
                List.of("1 world anyone", "1 world anyone", "2 world anyone", "1 world anyone"),
                List.of("1 world anyone", "31 nobody x"));
        for (int i = 0; i < lists.size(); i++) {
            String path = "/acl/n" + i;
            talk.say("a", create(path, "x", lists.get(i), 0));
            talk.say("b", getAcl(path));
            talk.say("b", get(path, false));
            talk.say("b", children(path, false));
            talk.say("b", exists(path, false));
            talk.say("c", set(path, "y", -1));
            talk.say("c", create(path + "/child"));
            talk.say("c", delete(path + "/child", -1));
            talk.say("c", setAcl(path, READ_ONLY, 0));
        }
        talk.say("a", create("/acl/v"));
        talk.say("a", setAcl("/acl/v", OPEN, 0));
        talk.say("a", setAcl("/acl/v", OPEN, 0));
        talk.say("a", setAcl("/acl/v", OPEN, 1));
        talk.say("a", setAcl("/acl/v", List.of(), 2));
        talk.say("a", setAcl("/acl/v", null, 2));
        talk.say("a", setAcl("/acl/none", OPEN, -1));
        talk.say("a", setAcl("/acl/v", READ_ONLY, -1));
        talk.say("a", getAcl("/acl/v"));
        talk.say("a", setAcl("/acl/v", OPEN, -1));
        talk.say("a", set("/acl/v", "", -1));
        talk.say("a", create("/acl/v/x"));
        talk.say("a", delete("/acl/v", -1));
        // Deleting asks for rights on the parent only.
        talk.say("a", create("/acl/parent", "", List.of("23 world anyone"), 0));
        talk.say("a", create("/acl/parent/x"));
        talk.say("a", delete("/acl/parent/x", 5));
        talk.say("a", delete("/acl/parent/none", -1));
        talk.say("a", setAcl("/acl/parent", List.of("9 world anyone"), -1));
        talk.say("a", delete("/acl/parent/x", -1));
        talk.say("a", create("/acl/parent/y"));
        talk.say("a", create("/acl/parent/y/z"));
    }

    private void authentication() throws Exception {
        talk.connect("ann", 0);
        talk.connect("bob", 1);
        talk.say("ann", create("/auth"));
        talk.say("ann", auth("digest", "ann:secret"));
        talk.say("ann", whoAmI());
        talk.say("ann", create("/auth/own", "mine", List.of("31 auth "), 0));
        talk.say("ann", create("/auth/own2", "mine", List.of("31 auth ", "1 world anyone", "31 auth x"), 0));
        talk.say("ann", getAcl("/auth/own"));
        talk.say("bob", getAcl("/auth/own"));
        talk.say("bob", getAcl("/auth/own2"));
        talk.say("bob", get("/auth/own", false));
        talk.say("bob", exists("/auth/own", false));
        talk.say("bob", exists("/auth/own", true));
        talk.say("bob", children("/auth/own", true));
        talk.say("bob", countAll("/auth/own"));
        talk.say("bob", set("/auth/own", "x", -1));
        talk.say("bob", multi(check("/auth/own", -1)));
        talk.say("bob", multi(check("/auth/own2", 0), set("/auth/own2", "x", -1)));
        talk.say("bob", auth("digest", "ann:wrong"));
        talk.say("bob", get("/auth/own", false));
        talk.say("bob", auth("digest", "ann:secret"));
        talk.say("bob", whoAmI());
        talk.say("bob", get("/auth/own", true));
        talk.say("bob", getAcl("/auth/own"));
        talk.say("ann", set("/auth/own", "fired", -1));
        talk.say("bob", auth("digest", "bob:b"));
        talk.say("bob", create("/auth/both", "", List.of("31 auth "), 0));
        talk.say("bob", getAcl("/auth/both"));
        talk.say("bob", setAcl("/auth/both", List.of("1 auth "), 0));
        talk.say("bob", getAcl("/auth/both"));
        talk.say("ann", setAcl("/auth/own", List.of("31 " + DIGEST_ANN, "1 world anyone"), 0));
        talk.say("c", getAcl("/auth/own"));
        talk.say("ann", getAcl("/auth/own"));
        talk.say("ann", auth("digest", "nocolon"));
        talk.say("ann", auth("digest", ""));
        talk.say("ann", auth("digest", ":"));
        talk.say("ann", auth("ip", "1.2.3.4"));
        talk.say("ann", 5, auth("digest", "other:xid"));
        talk.say("ann", whoAmI());
        talk.connect("root", 2);
        talk.say("root", auth("digest", "super:admin"));
        talk.say("root", whoAmI());
        talk.say("root", get("/auth/both", false));
        talk.say("root", set("/auth/both", "super", -1));
        talk.say("root", getAcl("/auth/both"));
        talk.say("root", create("/auth/super", "", List.of("31 auth "), 0));
        talk.say("root", getAcl("/auth/super"));
        talk.say("root", set("/zookeeper/config", "", -1));
        talk.say("root", closeSession());
        for (String scheme : new String[] {"world", "sasl", "nobody", "super", "auth", "x509", null}) {
            talk.connect("bad-" + scheme, 1);
            talk.say("bad-" + scheme, auth(scheme, "a:b"));
            talk.endSession("bad-" + scheme);
        }
        talk.connect("nodata", 0);
        talk.say("nodata", auth("digest", null));
        talk.endSession("nodata");
        talk.say("ann", closeSession());
        talk.say("bob", closeSession());
    }
}
