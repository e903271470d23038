package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// The znodes of one round, and what its clients have heard of each other. For any thread.
final class Workplace {
    private static final int REGISTERS = 5;

    private final String root;
    private final boolean syncProves;
    private final Map<String, Integer> versions = new ConcurrentHashMap<>();
    private final List<String> ephemerals = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean closed;

    /// `syncProves` false: a sync may be answered by a leader that has been deposed and does not know (Apache
    /// ZooKeeper's).
    Workplace(String root, boolean syncProves) {
        this.root = root;
        this.syncProves = syncProves;
    }

    String root() {
        return root;
    }

    /// Parents first.
    List<String> znodes() {
        List<String> all = new ArrayList<>(List.of(root, root + "/r", root + "/q", ephemerals(), root + "/barrier"));
        all.addAll(registers());
        return all;
    }

    List<String> registers() {
        return IntStream.range(0, REGISTERS).mapToObj(i -> root + "/r/" + i).toList();
    }

    String register(Random random) {
        return registers().get(random.nextInt(REGISTERS));
    }

    String sequentialsParent() {
        return root + "/q";
    }

    String sequentials() {
        return sequentialsParent() + "/s-";
    }

    String ephemerals() {
        return root + "/e";
    }

    String barrier() {
        return syncProves ? "" : root + "/barrier";
    }

    int version(String path) {
        return versions.getOrDefault(path, 0);
    }

    void sawVersion(String path, int version) {
        versions.merge(path, version, Math::max);
    }

    void sawEphemeral(String path) {
        ephemerals.add(path);
    }

    /// "" while there is none. Mostly one of the last, for their sessions may still live.
    String anyEphemeral(Random random) {
        synchronized (ephemerals) {
            int count = ephemerals.size();
            if (count == 0) {
                return "";
            }
            return ephemerals.get(
                    random.nextBoolean() ? random.nextInt(count) : count - 1 - random.nextInt(Math.min(count, 10)));
        }
    }

    void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }
}
