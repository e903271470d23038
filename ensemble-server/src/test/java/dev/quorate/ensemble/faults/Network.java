package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.NotificationWire;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All ways between servers, and from clients to servers, as [Link]s. Made while the configuration is written: each
/// server
/// has a configuration of its own, in which the others are at the ports of its links to them.
final class Network implements ProcessEnsemble.Wiring, AutoCloseable {
    private record Way(int from, int to) {}

    private static final int PATIENCE_MILLIS = 500;

    private final Map<Way, Link> quorum = new HashMap<>();
    private final Map<Way, Link> election = new HashMap<>();
    private final Map<Way, Link> clients = new HashMap<>();

    @Override
    public int quorumPort(int from, int to, int port) throws IOException {
        return link(quorum, from, to, port, PATIENCE_MILLIS, Link.VERBATIM);
    }

    @Override
    public int electionPort(int from, int to, int port) throws IOException {
        return link(election, from, to, port, PATIENCE_MILLIS, in -> ownAddress(from, to, in));
    }

    /// The port at which a client reaches a server.
    int clientPort(int client, int server, int port) throws IOException {
        return link(clients, client, server, port, 0, Link.VERBATIM);
    }

    private static int link(Map<Way, Link> links, int from, int to, int port, int patience, Link.FirstMessage first)
            throws IOException {
        Link link = new Link(port, patience, first);
        links.put(new Way(from, to), link);
        return link.port();
    }

    /// Who dials says where it is to be dialled back; that has to be the port of a link too.
    private byte[] ownAddress(int from, int to, DataInputStream in) throws IOException {
        try {
            long server = NotificationWire.readInit(in).serverId();
            Link home = election.get(new Way(to, from));
            return NotificationWire.init(server, "127.0.0.1:" + (home == null ? 0 : home.port()), false);
        } catch (MalformedRecordException e) {
            throw new IOException(e);
        }
    }

    /// Opens or closes what `from` says to `to`, whoever of the two has dialled.
    void hears(int from, int to, boolean open) {
        gates(from, to).forEach(gate -> gate.open(open));
    }

    void delay(int from, int to, long millis) {
        gates(from, to).forEach(gate -> gate.delay(millis));
    }

    private List<Gate> gates(int from, int to) {
        List<Gate> gates = new ArrayList<>();
        for (Map<Way, Link> links : List.of(quorum, election)) {
            Link dialled = links.get(new Way(from, to));
            Link taken = links.get(new Way(to, from));
            if (dialled != null) {
                gates.add(dialled.there());
            }
            if (taken != null) {
                gates.add(taken.back());
            }
        }
        return gates;
    }

    /// Both ways between two servers.
    void connected(int one, int other, boolean open) {
        hears(one, other, open);
        hears(other, one, open);
    }

    /// Resets the connections between two servers.
    void cut(int one, int other) {
        for (Map<Way, Link> links : List.of(quorum, election)) {
            for (Way way : List.of(new Way(one, other), new Way(other, one))) {
                Link link = links.get(way);
                if (link != null) {
                    link.cut();
                }
            }
        }
    }

    void clientConnected(int client, boolean open) {
        clients.forEach((way, link) -> {
            if (way.from == client) {
                link.there().open(open);
                link.back().open(open);
            }
        });
    }

    void cutClientsOf(int server) {
        clients.forEach((way, link) -> {
            if (way.to == server) {
                link.cut();
            }
        });
    }

    @Override
    public void close() throws IOException {
        for (Map<Way, Link> links : List.of(quorum, election, clients)) {
            for (Link link : links.values()) {
                link.close();
            }
        }
    }
}
