package dev.quorate.ensemble.config;

import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `server.N=host:quorumPort:electionPort[:role][|...][;[host:]clientPort]` in every form of peer-protocol.md §1.1.
public final class MemberLines {
    private static final String ALLOWED =
            "allowed is host:quorumPort:electionPort[:participant|observer][;[host:]clientPort]";

    private MemberLines() {}

    /// All `server.N` lines of a table; empty when there are none. `source` is what error messages begin with.
    static EnsembleConfig read(String source, Map<String, String> table, long version) throws ConfigException {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (Map.Entry<String, String> line : table.entrySet()) {
            if (line.getKey().startsWith("server.")) {
                Member member = parse(source, line.getKey(), line.getValue().strip());
                if (members.put(member.id(), member) != null) {
                    throw new ConfigException(source + ": " + line.getKey() + ": server " + member.id()
                            + " stands there twice; allowed is one line for each");
                }
            }
        }
        return new EnsembleConfig(members, version);
    }

    static Member parse(String source, String key, String value) throws ConfigException {
        String wrong = source + ": " + key + "=" + value + ": ";
        long id;
        try {
            id = Long.parseLong(key.substring("server.".length()));
        } catch (NumberFormatException e) {
            throw new ConfigException(wrong + "allowed as N in server.N is a whole number");
        }
        if (id < 0 || id > 255) {
            throw new ConfigException(wrong + "allowed as N in server.N is 0 to 255");
        }
        String[] halves = value.split(";", -1);
        if (halves.length > 2) {
            throw new ConfigException(wrong + ALLOWED);
        }
        List<PeerAddress> addresses = new ArrayList<>();
        Set<Role> roles = new HashSet<>();
        for (String set : halves[0].split("\\|", -1)) {
            addresses.add(address(wrong, fields(wrong, set.strip()), roles));
        }
        if (roles.size() != 1) {
            throw new ConfigException(wrong + "all addresses of a server must have the same role");
        }
        HostPort client = halves.length == 2 ? client(wrong, fields(wrong, halves[1].strip())) : null;
        return new Member(id, List.copyOf(addresses), roles.iterator().next(), client);
    }

    private static PeerAddress address(String wrong, List<String> fields, Set<Role> roles) throws ConfigException {
        if (fields.size() < 3 || fields.size() > 4 || fields.get(0).isEmpty()) {
            throw new ConfigException(wrong + ALLOWED);
        }
        Role role = Role.PARTICIPANT;
        if (fields.size() == 4) {
            role = switch (fields.get(3).toLowerCase(java.util.Locale.ROOT)) {
                case "participant" -> Role.PARTICIPANT;
                case "observer" -> Role.OBSERVER;
                default -> throw new ConfigException(wrong + "allowed as role is participant or observer");
            };
        }
        roles.add(role);
        int quorumPort = port(wrong, fields.get(1));
        int electionPort = port(wrong, fields.get(2));
        if (quorumPort == electionPort) {
            throw new ConfigException(wrong + "the quorum port and the election port must differ");
        }
        return new PeerAddress(fields.get(0), quorumPort, electionPort);
    }

    private static HostPort client(String wrong, List<String> fields) throws ConfigException {
        if (fields.size() == 1) {
            return new HostPort("0.0.0.0", port(wrong, fields.get(0)));
        }
        if (fields.size() != 2 || fields.get(0).isEmpty()) {
            throw new ConfigException(wrong + ALLOWED);
        }
        return new HostPort(fields.get(0), port(wrong, fields.get(1)));
    }

    /// Splits at colons outside of brackets; brackets are taken off.
    private static List<String> fields(String wrong, String text) throws ConfigException {
        List<String> fields = new ArrayList<>();
        String rest = text;
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0 || (end + 1 < rest.length() && rest.charAt(end + 1) != ':')) {
                throw new ConfigException(wrong + "a bracket is not closed; allowed is [IPv6 address]:port:port");
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

    private static int port(String wrong, String text) throws ConfigException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new ConfigException(wrong + "\"" + text + "\" is no port; allowed is 1 to 65535");
    }

    /// The lines of a configuration as they stand in files, ascending, each ended by a newline.
    public static String format(EnsembleConfig config) {
        StringBuilder text = new StringBuilder();
        for (Member member : config.members().values()) {
            text.append(format(member)).append('\n');
        }
        return text.toString();
    }

    /// One line in canonical form, without newline: the role is always spelled out, addresses are sorted by host.
    public static String format(Member member) {
        StringBuilder text = new StringBuilder("server.").append(member.id()).append('=');
        List<PeerAddress> addresses = new ArrayList<>(member.addresses());
        addresses.sort(java.util.Comparator.comparing(PeerAddress::host));
        String separator = "";
        for (PeerAddress address : addresses) {
            text.append(separator).append(host(address.host()));
            text.append(':').append(address.quorumPort()).append(':').append(address.electionPort());
            separator = "|";
        }
        text.append(member.votes() ? ":participant" : ":observer");
        @Nullable HostPort client = member.client();
        if (client != null) {
            text.append(';').append(host(client.host())).append(':').append(client.port());
        }
        return text.toString();
    }

    private static String host(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
