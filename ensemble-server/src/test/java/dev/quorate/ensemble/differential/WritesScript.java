package dev.quorate.ensemble.differential;

import static dev.quorate.ensemble.differential.Requests.*;

import dev.quorate.ensemble.differential.Requests.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Creating, changing and deleting znodes; names, paths and quotas.
record WritesScript(Conversation talk, int servers) implements Script.Part {
    @Override
    public void run() throws Exception {
        fresh();
        creates();
        sequences();
        deletesAndSets();
        paths();
        quotas();
        containersAndTtl();
        big();
    }

    private void fresh() throws Exception {
        talk.connect("a", 0);
        talk.connect("b", 1);
        talk.connect("c", 2);
        for (String path : List.of("/", "", "/zookeeper", "/zookeeper/quota")) {
            talk.say("a", get(path, false));
            talk.say("b", children2(path, false));
            talk.say("c", getAcl(path));
        }
        if (servers == 1) {
            talk.say("a", get("/zookeeper/config", false));
        }
        talk.say("a", getAcl("/zookeeper/config"));
        talk.say("a", exists("/zookeeper/config", false));
        talk.say("a", countAll("/"));
        talk.say("a", children("/", false));
        talk.say("b", ping());
        talk.say("b", 77, ping());
        talk.say("a", whoAmI());
        talk.say("a", ephemerals("/"));
        talk.say("b", sync("/"));
        talk.say("b", sync("/nowhere"));
        talk.say("b", sync(null));
        talk.say("a", set("/", "root", -1));
        talk.say("a", set("/zookeeper", "x", 0));
    }

    private void creates() throws Exception {
        talk.say("a", create("/c", "data", OPEN, 0));
        talk.say("b", create("/c", "again", OPEN, 0));
        talk.say("b", get("/c", false));
        talk.say("a", create(CREATE2, "/c/two", bytes("2"), OPEN, 0));
        talk.say("a", create(CREATE, "/c/null", null, OPEN, 0));
        talk.say("a", create(CREATE, "/c/empty", new byte[0], OPEN, 0));
        talk.say("c", get("/c/null", false));
        talk.say("c", get("/c/empty", false));
        talk.say("a", create("/c/e", "x", OPEN, 1));
        talk.say("a", create("/c/e/child", "x", OPEN, 0));
        talk.say("a", create("/c/s-", "x", OPEN, 2));
        talk.say("b", create("/c/es-", "x", OPEN, 3));
        talk.say("b", create(CREATE2, "/c/es2-", bytes("x"), OPEN, 3));
        talk.say("a", create("/none/child", "x", OPEN, 0));
        for (int flags : new int[] {-1, 5, 6, 7, 99}) {
            talk.say("a", create("/c/flags", "x", OPEN, flags));
            talk.say("a", create(CREATE2, "/c/flags2", bytes("x"), OPEN, flags));
            talk.say("a", create(CREATE_CONTAINER, "/c/flags3", bytes("x"), OPEN, flags));
        }
        talk.say("a", create(CREATE_CONTAINER, "/c/container", bytes("x"), OPEN, 4));
        talk.say("a", create("/c/container/child"));
        talk.say("a", create(CREATE2, "/c/two", null, OPEN, 2));
        talk.say("a", create("/c/t\u00e9\u4e2d", "\u00e9", OPEN, 0));
        talk.say("a", children2("/c", false));
        talk.say("b", children("/c", false));
        talk.say("b", countAll("/c"));
        talk.say("b", countAll("/c/nothing"));
        talk.say("a", create(CREATE, "/c/noacl", null, null, 0));
        talk.say("a", create("/c/noacl", "", List.of(), 0));
    }

    private void sequences() throws Exception {
        talk.say("a", create("/q", "", OPEN, 0));
        for (int i = 0; i < 3; i++) {
            talk.say("a", create("/q/x", "", OPEN, 2));
        }
        talk.say("a", create("/q/", "", OPEN, 2));
        talk.say("b", delete("/q/x0000000002", -1));
        talk.say("b", create("/q/x", "", OPEN, 2));
        talk.say("a", create("/q/x0000000006", "", OPEN, 0));
        talk.say("a", create("/q/x", "", OPEN, 2));
        talk.say("a", create("/q/x0000000008", "", OPEN, 0));
        talk.say("a", create("/q/x", "", OPEN, 2));
        talk.say("a", create("/q/x", "", OPEN, 2));
        talk.say("a", create("/q/plain"));
        talk.say("a", create("/q/y", "", OPEN, 3));
        talk.say("a", children2("/q", false));
        talk.say("a", create("/", "", OPEN, 2));
        talk.say("a", create("", "", OPEN, 2));
        talk.say("a", create("/q/.", "", OPEN, 2));
        talk.say("a", create("/q/z/", "", OPEN, 2));
    }

    private void deletesAndSets() throws Exception {
        talk.say("a", create("/d", "0", OPEN, 0));
        talk.say("a", set("/d", "1", 0));
        talk.say("a", set("/d", "2", 0));
        talk.say("b", set("/d", "2", 1));
        talk.say("b", set("/d", "3", -1));
        talk.say("b", set("/d", "4", -2));
        talk.say("b", set("/d", (byte[]) null, -1));
        talk.say("c", get("/d", false));
        talk.say("c", set("/d", new byte[0], -1));
        talk.say("c", get("/d", false));
        talk.say("c", exists("/d", false));
        talk.say("a", set("/d/no", "", -1));
        talk.say("a", create("/d/x"));
        talk.say("a", delete("/d", -1));
        talk.say("a", delete("/d/x", 1));
        talk.say("a", delete("/d/x", -2));
        talk.say("a", delete("/d/x", 0));
        talk.say("a", exists("/d", false));
        talk.say("a", delete("/d/x", -1));
        talk.say("a", delete("/none/x", -1));
        talk.say("a", exists("/d/x", false));
        talk.say("a", create("/d/x"));
        talk.say("a", exists("/d/x", false));
        talk.say("a", delete("/d/x", -1));
        talk.say("a", delete("/d", -1));
        for (String path : List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config")) {
            talk.say("a", delete(path, -1));
        }
        talk.say("a", create("/zookeeper/mine"));
        talk.say("a", delete("/zookeeper/mine", -1));
    }

    private void paths() throws Exception {
        List<String> bad = new ArrayList<>(List.of(
                "",
                "relative",
                "/end/",
                "//",
                "/a//b",
                "/.",
                "/..",
                "/a/./b",
                "/a/../b",
                "/c/.",
                "/c/..",
                "/c/...",
                "/c/.x",
                "/nul\0x",
                "/c/tab\t",
                "/c/\u007f",
                "/c/\u009f",
                "/c/\u00a0",
                "/c/\ue000",
                "/c/\uf8ff",
                "/c/\uf900",
                "/c/\ufff0",
                "/c/\uffef",
                "/c/\uffff"));
        bad.add(null);
        for (String path : bad) {
            talk.say("a", create(path));
            talk.say("b", set(path, "x", -1));
            talk.say("a", setAcl(path, OPEN, -1));
            talk.say("a", multi(check(path, -1)));
            talk.say("c", get(path, false));
            talk.say("c", exists(path, false));
            talk.say("a", delete(path, -1));
            talk.say("c", children(path, false));
            talk.say("c", children2(path, false));
            talk.say("c", getAcl(path));
            talk.say("c", countAll(path));
        }
        String deep = "/c" + "/d".repeat(30);
        for (int end = 4; end <= 20; end += 2) {
            talk.say("a", create(deep.substring(0, end)));
        }
        talk.say("b", countAll("/c/d"));
        talk.say("a", create("/c/" + "n".repeat(5000)));
        talk.say("a", delete("/c/" + "n".repeat(5000), 0));
    }

    private void quotas() throws Exception {
        talk.say("a", create("/quota", "", OPEN, 0));
        talk.say("a", create("/quota/in", "12345", OPEN, 0));
        talk.say("a", create("/zookeeper/quota/quota", "", OPEN, 0));
        String limits = "/zookeeper/quota/quota/zookeeper_limits";
        String stats = "/zookeeper/quota/quota/zookeeper_stats";
        talk.say("a", create(limits, "count=3,bytes=20=;byteHardLimit=30;countHardLimit=5", OPEN, 0));
        talk.say("a", create(stats, "count=0,bytes=0", OPEN, 0));
        talk.say("b", get(stats, true));
        talk.say("a", create("/quota/one", "1", OPEN, 0));
        talk.say("b", get(stats, false));
        talk.say("a", create("/quota/two", "22", OPEN, 0));
        talk.say("a", create("/quota/three", "333", OPEN, 0));
        talk.say("a", create("/quota/four", "4444", OPEN, 0));
        talk.say("a", create("/quota/in/five", "5", OPEN, 0));
        talk.say("b", get(stats, false));
        talk.say("a", set("/quota/one", "1".repeat(30), -1));
        talk.say("a", set("/quota/one", "1".repeat(18), -1));
        talk.say("b", get(stats, false));
        talk.say("a", set("/quota/one", "2".repeat(18), -1));
        talk.say("a", set("/quota/one", (byte[]) null, -1));
        talk.say("b", get(stats, false));
        talk.say("a", delete("/quota/two", -1));
        talk.say("a", multi(create("/quota/m1"), create("/quota/m2"), create("/quota/m3"), create("/quota/m4")));
        talk.say("b", get(stats, false));
        talk.say("a", create("/quota/m5"));
        talk.say("a", set(limits, "count=3,bytes=20", -1));
        talk.say("a", create("/quota/soft", "x".repeat(50), OPEN, 0));
        talk.say("b", get(stats, false));
        talk.say("a", set(limits, "byteHardLimit=60", -1));
        talk.say("a", set("/quota/soft", "x".repeat(61), -1));
        talk.say("a", set("/quota/soft", "x".repeat(55), -1));
        talk.say("a", set(limits, "byteHardLimit=10", -1));
        talk.say("a", set("/quota/soft", "x".repeat(40), -1));
        talk.say("a", set("/quota/soft", "x".repeat(5), -1));
        for (String text : List.of("", "garbage", "count=x,bytes=1", "countHardLimit=", "count=1")) {
            talk.say("a", set(limits, text, -1));
            talk.say("a", create("/quota/g-", "g", OPEN, 2));
        }
        talk.say("b", get(stats, false));
        talk.say("a", delete(limits, -1));
        talk.say("a", create("/quota/free", "", OPEN, 0));
        talk.say("b", get(stats, false));
        // An inner quota takes over, an outer one is blind to it.
        talk.say("a", create("/zookeeper/quota/quota/in"));
        talk.say("a", create("/zookeeper/quota/quota/in/zookeeper_limits", "count=10,bytes=10", OPEN, 0));
        talk.say("a", create("/zookeeper/quota/quota/in/zookeeper_stats", "", OPEN, 0));
        talk.say("a", create(limits, "count=100,bytes=100", OPEN, 0));
        talk.say("a", create("/quota/in/six", "666", OPEN, 0));
        talk.say("b", get("/zookeeper/quota/quota/in/zookeeper_stats", false));
        talk.say("b", get(stats, false));
        talk.say("a", delete(stats, -1));
        talk.say("a", create("/quota/free2", "", OPEN, 0));
        // A quota on the root ends the upstream process: docs/differences.md.
    }

    private void containersAndTtl() throws Exception {
        talk.say("a", create("/ct"));
        talk.say("b", addWatch("/ct", 1));
        talk.say("b", children("/ct", true));
        for (long ttl : new long[] {1, 0, -1, (1L << 40) - 1, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            talk.say("a", createTtl("/ct/far" + ttl, 5, ttl == 1 ? 1_000_000 : ttl));
            talk.say("a", createTtl("/ct/seq" + ttl, 6, ttl == 1 ? 1_000_000 : ttl));
        }
        for (int flags : new int[] {0, 1, 2, 3, 4, 7, -1}) {
            talk.say("a", createTtl("/ct/flags" + flags, flags, 5000));
        }
        talk.say("a", exists("/ct/seq10000000001", false));
        talk.say("a", create(CREATE_CONTAINER, "/ct/c", null, OPEN, 4));
        talk.say("a", create("/ct/c/x"));
        talk.say("a", exists("/ct/c", false));
        talk.say("a", delete("/ct/c/x", -1));
        talk.awaitGone("a", "/ct/c");
        talk.say("a", createTtl("/ct/soon", 5, 1));
        talk.awaitGone("a", "/ct/soon");
        talk.say("a", children2("/ct", false));
        talk.say("b", removeWatches("/ct", 3));
    }

    private void big() throws Exception {
        byte[] big = new byte[900_000];
        Arrays.fill(big, (byte) 7);
        talk.say("a", create(CREATE, "/big", big, OPEN, 0));
        talk.say("b", get("/big", false));
        talk.say("b", set("/big", Arrays.copyOf(big, 1_000_000), -1));
        talk.say("c", get("/big", false));
        int frame = 8 + 4 + 4 + 4 + 4;
        talk.connect("limit", 1);
        talk.say("limit", set("/big", new byte[1_048_575 - frame], -1));
        talk.say("limit", set("/big", new byte[1_048_576 - frame], -1));
        talk.endSession("limit");
        talk.say("a", get("/big", false));
        talk.say("a", delete("/big", 2));
        talk.say("a", create("/many"));
        Request[] creates =
                IntStream.range(0, 1000).mapToObj(i -> create("/many/n" + i)).toArray(Request[]::new);
        talk.say("a", multi(creates));
        talk.say("c", countAll("/many"));
        talk.say("c", children2("/many", false));
    }
}
