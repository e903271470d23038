package dev.quorate.ensemble.quorum;

import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Configurations as text: on the wire, in `/zookeeper/config`, in requests and, line by line, in files
/// (peer-protocol.md
/// §1.1). Whatever reads one says in an [IllegalArgumentException] what is wrong with it, in words for the user.
public final class ConfigText {
    private static final String ALLOWED =
            "allowed is host:quorumPort:electionPort[:participant|observer][;[host:]clientPort]";
    private static final long SERVER_ID_MAX = 255;

    private ConfigText() {}

    // --- writing

    /// [#lines], then `version=` in hex, without a newline at the end.
    public static String format(EnsembleConfig config) {
        return lines(config) + "version=" + Long.toHexString(config.version());
    }

    /// As it stands in files, each line ended by a newline: a member a line by ascending id, then groups and weights.
    public static String lines(EnsembleConfig config) {
        StringBuilder text = new StringBuilder();
        for (Member member : config.members().values()) {
            text.append(line(member)).append('\n');
        }
        if (config.rule() instanceof QuorumRule.Hierarchy hierarchy) {
            for (long group : new TreeSet<>(hierarchy.groups().values())) {
                text.append(groupLine(hierarchy.groups(), group)).append('\n');
            }
            hierarchy.weights().forEach((server, weight) -> text.append("weight.")
                    .append(server)
                    .append('=')
                    .append(weight)
                    .append('\n'));
        }
        return text.toString();
    }

    /// `server.N=host:port:port:role[;host:port]`: the role spelled out, several addresses sorted by host.
    public static String line(Member member) {
        StringBuilder text = new StringBuilder("server.").append(member.id()).append('=');
        List<PeerAddress> addresses = new ArrayList<>(member.addresses());
        addresses.sort(Comparator.comparing(PeerAddress::host));
        String separator = "";
        for (PeerAddress address : addresses) {
            text.append(separator).append(bracketed(address.host()));
            text.append(':').append(address.quorumPort()).append(':').append(address.electionPort());
            separator = "|";
        }
        text.append(':').append(member.role().name().toLowerCase(Locale.ROOT));
        HostPort client = member.client();
        if (client != null) {
            text.append(';').append(bracketed(client.host())).append(':').append(client.port());
        }
        return text.toString();
    }

    /// `host:port` of one kind of port, in the order of [#line], with `|` between them.
    public static String addresses(List<PeerAddress> addresses, ToIntFunction<PeerAddress> port) {
        return addresses.stream()
                .sorted(Comparator.comparing(PeerAddress::host))
                .map(address -> bracketed(address.host()) + ":" + port.applyAsInt(address))
                .collect(Collectors.joining("|"));
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    // --- reading

    /// The configuration in a text from a peer; null where it is not one, since nothing a peer sends may stop us.
    public static @Nullable EnsembleConfig parse(String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// The configuration in a text of lines; its version is 0 where none says one.
    public static EnsembleConfig read(String text) {
        Map<String, String> table = new TreeMap<>();
        long version = 0;
        for (String raw : text.split("[\\r\\n]+")) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals).strip();
            String value = equals < 0 ? "" : line.substring(equals + 1).strip();
            if (key.equals("version")) {
                version = version(value);
            } else if (isMembership(key)) {
                table.put(key, value);
            } else {
                throw new IllegalArgumentException(line + ": allowed are server.N, group.N, weight.N and version");
            }
        }
        return config(table, version);
    }

    private static long version(String hex) {
        try {
            return Long.parseUnsignedLong(hex, 16);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("version=" + hex + ": allowed is a hexadecimal number", e);
        }
    }

    /// Whether a key belongs to the list of members.
    public static boolean isMembership(String key) {
        return key.startsWith("server.") || key.startsWith("group.") || key.startsWith("weight.");
    }

    /// The configuration in a table of keys; other keys than [#isMembership] are left alone.
    public static EnsembleConfig config(Map<String, String> table, long version) {
        TreeMap<Long, Member> members = new TreeMap<>();
        TreeMap<Long, Long> groups = new TreeMap<>();
        TreeMap<Long, Long> weights = new TreeMap<>();
        boolean hierarchical = false;
        for (Map.Entry<String, String> entry : table.entrySet()) {
            String key = entry.getKey();
            String value = entry.getValue().strip();
            hierarchical |= key.startsWith("group.") || key.startsWith("weight.");
            try {
                if (key.startsWith("server.")) {
                    Member member = member(id("server", key), value);
                    if (members.put(member.id(), member) != null) {
                        throw new IllegalArgumentException(
                                "server " + member.id() + " stands there twice; allowed is one line for each");
                    }
                } else if (key.startsWith("group.")) {
                    group(number("N in group.N", key.substring("group.".length()), Long.MAX_VALUE), value, groups);
                } else if (key.startsWith("weight.")) {
                    weights.put(id("weight", key), number("a weight", value, 1_000_000));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + "=" + value + ": " + e.getMessage(), e);
            }
        }
        EnsembleConfig majority = new EnsembleConfig(members, version);
        return hierarchical ? new EnsembleConfig(members, hierarchy(majority, groups, weights), version) : majority;
    }

    private static void group(long group, String servers, Map<Long, Long> groups) {
        for (String server : servers.split(":", -1)) {
            long id = number("a server in a group", server, SERVER_ID_MAX);
            if (groups.put(id, group) != null) {
                throw new IllegalArgumentException("server " + id + " is in a group already; allowed is one");
            }
        }
    }

    private static QuorumRule hierarchy(
            EnsembleConfig config, TreeMap<Long, Long> groups, TreeMap<Long, Long> weights) {
        for (long voter : config.voters()) {
            if (!groups.containsKey(voter)) {
                throw new IllegalArgumentException(
                        "server." + voter + ": no group has it; with group.N lines each participant needs one");
            }
            weights.putIfAbsent(voter, 1L);
        }
        for (Map.Entry<Long, Long> server : groups.entrySet()) {
            if (!config.isVoter(server.getKey())) {
                throw new IllegalArgumentException(groupLine(groups, server.getValue()) + ": server " + server.getKey()
                        + " is no participant of this configuration; allowed are those only");
            }
        }
        weights.keySet().retainAll(groups.keySet());
        if (!groups.isEmpty() && weights.values().stream().allMatch(weight -> weight == 0)) {
            throw new IllegalArgumentException("weight.N: every participant has weight 0; at least one needs more");
        }
        return new QuorumRule.Hierarchy(groups, weights);
    }

    private static String groupLine(Map<Long, Long> groups, long group) {
        List<String> servers = new ArrayList<>();
        groups.forEach((server, of) -> {
            if (of == group) {
                servers.add(server.toString());
            }
        });
        return "group." + group + "=" + String.join(":", servers);
    }

    private static long id(String prefix, String key) {
        return number("N in " + prefix + ".N", key.substring(prefix.length() + 1), SERVER_ID_MAX);
    }

    private static long number(String what, String text, long max) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("allowed as " + what + " is a whole number from 0 to " + max);
    }

    /// A whole line, `server.N=...`.
    public static Member server(String line) {
        int equals = line.indexOf('=');
        if (!line.startsWith("server.") || equals < 0) {
            throw new IllegalArgumentException(line + ": allowed is server.N=...");
        }
        try {
            return member(
                    id("server", line.substring(0, equals).strip()),
                    line.substring(equals + 1).strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(line + ": " + e.getMessage(), e);
        }
    }

    public static long serverId(String text) {
        return number("a server's id", text, SERVER_ID_MAX);
    }

    /// The part of a server line behind `=`.
    public static Member member(long id, String value) {
        String[] halves = value.split(";", -1);
        if (halves.length > 2) {
            throw new IllegalArgumentException(ALLOWED);
        }
        List<PeerAddress> addresses = new ArrayList<>();
        Role role = null;
        for (String part : halves[0].split("\\|", -1)) {
            List<String> fields = fields(part.strip());
            if (fields.size() < 3 || fields.size() > 4 || fields.getFirst().isEmpty()) {
                throw new IllegalArgumentException(ALLOWED);
            }
            int quorumPort = port(fields.get(1));
            int electionPort = port(fields.get(2));
            if (quorumPort == electionPort) {
                throw new IllegalArgumentException("the quorum port and the election port must differ");
            }
            addresses.add(new PeerAddress(fields.getFirst(), quorumPort, electionPort));
            Role said = fields.size() == 4 ? role(fields.get(3)) : Role.PARTICIPANT;
            if (role != null && role != said) {
                throw new IllegalArgumentException("all addresses of a server must have the same role");
            }
            role = said;
        }
        HostPort client = halves.length == 2 ? client(fields(halves[1].strip())) : null;
        return new Member(id, addresses, role == null ? Role.PARTICIPANT : role, client);
    }

    private static Role role(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "participant" -> Role.PARTICIPANT;
            case "observer" -> Role.OBSERVER;
            default -> throw new IllegalArgumentException("allowed as role is participant or observer");
        };
    }

    private static HostPort client(List<String> fields) {
        if (fields.size() == 1) {
            return new HostPort("0.0.0.0", port(fields.getFirst()));
        }
        if (fields.size() != 2 || fields.getFirst().isEmpty()) {
            throw new IllegalArgumentException(ALLOWED);
        }
        return new HostPort(fields.getFirst(), port(fields.get(1)));
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("\"" + text + "\" is no port; allowed is 1 to 65535");
    }

    /// Splits at colons outside of brackets, and takes the brackets off.
    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        String rest = text;
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0 || (end + 1 < rest.length() && rest.charAt(end + 1) != ':')) {
                throw new IllegalArgumentException("a bracket is not closed; allowed is [IPv6 address]:port:port");
            }
            fields.add(rest.substring(1, end));
            if (end + 1 == rest.length()) {
                return fields;
            }
            rest = rest.substring(end + 2);
        }
        fields.addAll(List.of(rest.split(":", -1)));
        return fields;
    }
}
