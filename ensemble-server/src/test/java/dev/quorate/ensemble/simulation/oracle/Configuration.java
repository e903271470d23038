package dev.quorate.ensemble.simulation.oracle;

import dev.quorate.ensemble.message.ClientRequest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is a member: for each server its line up to the role, as `host:port:port:role`, and which sets of voters are
/// quorums. The version is the zxid of the reconfiguration.
public record Configuration(long version, SortedMap<Integer, String> lines, Predicate<Set<Integer>> quorum) {
    private static final String SERVER = "server.";
    private static final String VERSION = "version=";

    /// Quorums are majorities.
    public static Configuration of(long version, SortedMap<Integer, String> lines) {
        int half = (int) lines.values().stream().filter(Configuration::votes).count() / 2;
        return new Configuration(version, lines, servers -> servers.size() > half);
    }

    /// Lines as servers write them, and clients, who separate them by commas.
    public static Configuration parse(String text) {
        long version = 0;
        SortedMap<Integer, String> lines = new TreeMap<>();
        for (String line : text.split("[\n,]")) {
            if (line.startsWith(VERSION)) {
                version = Long.parseLong(line.substring(VERSION.length()), 16);
            } else if (!line.isBlank()) {
                put(lines, line);
            }
        }
        return of(version, lines);
    }

    private static void put(Map<Integer, String> lines, String line) {
        NotAllowed.unless(line.startsWith(SERVER), "a line that this model does not know: %s", line);
        String[] parts = line.substring(SERVER.length()).split("[=;]");
        lines.put(Integer.parseInt(parts[0]), parts[1]);
    }

    /// What a request makes of this one.
    Configuration after(ClientRequest.Reconfig request, long zxid) {
        if (request.newMembers() != null) {
            return of(zxid, parse(request.newMembers()).lines);
        }
        SortedMap<Integer, String> next = new TreeMap<>(lines);
        for (String leaving : items(request.leavingServers())) {
            next.remove(Integer.parseInt(leaving));
        }
        for (String joining : items(request.joiningServers())) {
            put(next, joining);
        }
        return of(zxid, next);
    }

    private static String[] items(@Nullable String list) {
        return list == null ? new String[0] : list.split(",");
    }

    Configuration withVersion(long other) {
        return new Configuration(other, lines, quorum);
    }

    private static boolean votes(String line) {
        return line.endsWith(":participant");
    }

    boolean isVoter(int server) {
        return votes(lines.getOrDefault(server, ""));
    }

    boolean isObserver(int server) {
        return lines.containsKey(server) && !isVoter(server);
    }

    /// Who has no vote may be among them and does not count.
    boolean isQuorum(Set<Integer> servers) {
        Set<Integer> voting = new HashSet<>(servers);
        voting.removeIf(server -> !isVoter(server));
        return quorum.test(voting);
    }

    @Override
    public String toString() {
        return "%x: %s".formatted(version, lines);
    }
}
