package dev.quorate.ensemble.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the clients of one round did and saw. Written by many threads, read when they have ended.
final class History {
    /// Every register begins with this.
    static final Register.State INITIAL = new Register.State(0, "");

    /// A znode on a server after the last fault.
    record Found(int version, String value) {}

    private final Map<String, Map<String, Found>> finalTrees = new TreeMap<>();
    private final List<Operation> operations = Collections.synchronizedList(new ArrayList<>());
    private final List<Watched> watches = Collections.synchronizedList(new ArrayList<>());
    private final List<String> surprises = Collections.synchronizedList(new ArrayList<>());

    void add(Operation operation) {
        operations.add(operation);
    }

    void add(Watched watch) {
        watches.add(watch);
    }

    /// Something that breaks a law by itself, such as an error that no server may give here.
    void surprise(String what) {
        surprises.add(what);
    }

    List<String> surprises() {
        return surprises;
    }

    List<Operation> operations() {
        return operations;
    }

    List<Watched> watches() {
        return watches;
    }

    Map<String, List<Operation>> registers() {
        return operations.stream()
                .filter(operation -> switch (operation.kind()) {
                    case WRITE, CAS, READ, SYNC_READ -> true;
                    case SEQUENTIAL, EPHEMERAL, OWN_EPHEMERAL, SYNC_EPHEMERAL, SESSION_ENDED -> false;
                })
                .collect(Collectors.groupingBy(Operation::path, TreeMap::new, Collectors.toList()));
    }

    /// Path to version to the zxid that made it, as far as anybody saw.
    Map<String, TreeMap<Integer, Long>> zxidsOfVersions() {
        Map<String, TreeMap<Integer, Long>> zxids = new TreeMap<>();
        registers().forEach((path, all) -> {
            TreeMap<Integer, Long> versions = zxids.computeIfAbsent(path, _ -> new TreeMap<>());
            all.stream()
                    .filter(Operation::ok)
                    .forEach(operation -> versions.put(operation.versionAfter(), operation.zxid()));
        });
        return zxids;
    }

    /// Server to path to what it holds, once everything has come right.
    Map<String, Map<String, Found>> finalTrees() {
        return finalTrees;
    }

    void finalTree(String server, Map<String, Found> tree) {
        finalTrees.put(server, tree);
    }

    /// Of each client handle, in the order in which its replies came.
    Map<Integer, List<Operation>> byHandle() {
        return operations.stream()
                .sorted(Comparator.comparingInt(Operation::order))
                .collect(Collectors.groupingBy(Operation::handle, TreeMap::new, Collectors.toList()));
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        operations.stream()
                .sorted(Comparator.comparingLong(Operation::invoked))
                .map(Operation::line)
                .forEach(lines::add);
        watches.forEach(watch -> lines.add(watch.toString()));
        Files.write(file, lines);
    }
}
