package dev.quorate.ensemble.quorum;

import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Configurations as text: on the wire, in `/zookeeper/config` and, line by line, in files (peer-protocol.md §1.1).
public final class ConfigText {
    private ConfigText() {}

    /// One member a line by ascending id, then `version=` in hex, without a newline at the end.
    public static String format(EnsembleConfig config) {
        StringBuilder text = new StringBuilder();
        for (Member member : config.members().values()) {
            text.append(line(member)).append('\n');
        }
        return text.append("version=")
                .append(Long.toHexString(config.version()))
                .toString();
    }

    /// `server.N=host:port:port:role[;host:port]`
    public static String line(Member member) {
        StringBuilder text = new StringBuilder("server.").append(member.id()).append('=');
        List<PeerAddress> addresses = new ArrayList<>(member.addresses());
        addresses.sort(Comparator.comparing(PeerAddress::host));
        for (int i = 0; i < addresses.size(); i++) {
            PeerAddress address = addresses.get(i);
            text.append(i == 0 ? "" : "|")
                    .append(bracketed(address.host()))
                    .append(':')
                    .append(address.quorumPort())
                    .append(':')
                    .append(address.electionPort());
        }
        text.append(':').append(member.role().name().toLowerCase(Locale.ROOT));
        HostPort client = member.client();
        if (client != null) {
            text.append(';').append(bracketed(client.host())).append(':').append(client.port());
        }
        return text.toString();
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /// The configuration in a text from a peer; null where it is not one, since nothing a peer sends may stop us.
    public static @Nullable EnsembleConfig parse(String text) {
        TreeMap<Long, Member> members = new TreeMap<>();
        long version = 0;
        try {
            for (String line : text.split("\n")) {
                int equals = line.indexOf('=');
                String key =
                        equals < 0 ? line.strip() : line.substring(0, equals).strip();
                String value = equals < 0 ? "" : line.substring(equals + 1).strip();
                if (key.startsWith("server.")) {
                    long id = Long.parseLong(key.substring("server.".length()));
                    members.put(id, member(id, value));
                } else if (key.equals("version")) {
                    version = Long.parseLong(value, 16);
                } else if (!key.isEmpty()) {
                    return null;
                }
            }
        } catch (IllegalArgumentException e) {
            return null;
        }
        return new EnsembleConfig(members, version);
    }

    /// The part of a server line behind `=`; an [IllegalArgumentException] says what is wrong with it.
    public static Member member(long id, String value) {
        String[] halves = value.split(";", -1);
        if (halves.length > 2) {
            throw new IllegalArgumentException("more than one ';'");
        }
        List<PeerAddress> addresses = new ArrayList<>();
        Role role = Role.PARTICIPANT;
        for (String part : halves[0].split("\\|", -1)) {
            List<String> fields = fields(part.strip());
            if (fields.size() < 3 || fields.size() > 4) {
                throw new IllegalArgumentException("host:quorumPort:electionPort[:role] expected");
            }
            addresses.add(new PeerAddress(fields.get(0), port(fields.get(1)), port(fields.get(2))));
            if (fields.size() == 4) {
                role = role(fields.get(3));
            }
        }
        HostPort client = halves.length == 2 ? client(halves[1].strip()) : null;
        return new Member(id, addresses, role, client);
    }

    private static Role role(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "participant" -> Role.PARTICIPANT;
            case "observer" -> Role.OBSERVER;
            default -> throw new IllegalArgumentException("role '" + text + "' is neither participant nor observer");
        };
    }

    private static HostPort client(String text) {
        List<String> fields = fields(text);
        return fields.size() == 1
                ? new HostPort("0.0.0.0", port(fields.getFirst()))
                : new HostPort(fields.get(0), port(fields.get(1)));
    }

    private static int port(String text) {
        int port;
        try {
            port = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port '" + text + "' is no number", e);
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        return port;
    }

    /// Splits at colons outside of brackets, and takes the brackets off.
    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        String rest = text;
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0) {
                throw new IllegalArgumentException("'[' without ']'");
            }
            fields.add(rest.substring(1, end));
            rest = rest.substring(end + 1);
            if (rest.isEmpty()) {
                return fields;
            }
            rest = rest.substring(1);
        }
        fields.addAll(List.of(rest.split(":", -1)));
        return fields;
    }
}
