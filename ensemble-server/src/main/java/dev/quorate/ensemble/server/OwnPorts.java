package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.quorum.Member;
import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.transport.client.ClientTransport;
import dev.quorate.ensemble.transport.client.ClientTransport.Door;
import dev.quorate.ensemble.transport.peer.QuorumTransport;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where this server listens for clients and for learners. Both places move when a configuration in force says so;
/// who is connected stays. Loop thread only.
final class OwnPorts {
    private static final Logger LOG = LoggerFactory.getLogger(OwnPorts.class);

    private final ServerConfig config;
    private final ClientTransport clients;
    private final QuorumTransport quorum;
    private @Nullable Member self;
    /// It is observers that are accepted.
    private boolean feeding;
    private int clientPort = -1;
    private PortSecurity clientSecurity = PortSecurity.PLAIN;
    /// Where clients are to be served and could not be yet.
    private ServerConfig.@Nullable Endpoint wanted;

    OwnPorts(ServerConfig config, ClientTransport clients, QuorumTransport quorum) {
        this.config = config;
        this.clients = clients;
        this.quorum = quorum;
        self = config.self();
    }

    /// -1: clients are not served.
    int clientPort() {
        return clientPort;
    }

    void listenForClients(ServerConfig.Endpoint endpoint, PortSecurity security) throws IOException {
        clientSecurity = security;
        clientPort = listen(Door.CLIENT, endpoint, security);
    }

    /// At a port of their own, which no configuration of the ensemble names.
    void listenForSecureClients(ServerConfig.Endpoint endpoint, PortSecurity security) throws IOException {
        listen(Door.SECURE_CLIENT, endpoint, security);
    }

    private int listen(Door door, ServerConfig.Endpoint endpoint, PortSecurity security) throws IOException {
        InetSocketAddress address = Addresses.client(config, endpoint);
        try {
            InetSocketAddress bound = clients.listen(door, address, endpoint.backlog(), security);
            LOG.info("clients are served at {}{}", bound, security.plain() ? "" : ", by TLS");
            return bound.getPort();
        } catch (IOException e) {
            throw new IOException("client port " + address + ": " + e.getMessage(), e);
        }
    }

    void acceptLearners(boolean enabled) {
        feeding = false;
        quorum.acceptLearners(enabled, addresses(self));
    }

    /// Of observers that come to a follower, at a port of their own.
    void acceptObservers(boolean enabled) {
        feeding = true;
        quorum.acceptLearners(enabled, addresses(self));
    }

    private List<PeerAddress> addresses(@Nullable Member member) {
        if (member == null) {
            return List.of();
        }
        return feeding
                ? member.withQuorumPort(config.quorum().observerMasterPort()).addresses()
                : member.addresses();
    }

    /// The configuration in force has this line for us.
    void moved(Member now) {
        Member before = self;
        self = now;
        List<PeerAddress> own = addresses(now);
        if (!own.equals(addresses(before))) {
            quorum.moveListener(own);
        }
        HostPort client = now.client();
        if (client != null && !client.equals(before == null ? null : before.client())) {
            String host = client.host().equals("0.0.0.0") ? "" : client.host();
            ServerConfig.Endpoint first = config.client();
            wanted = new ServerConfig.Endpoint(host, client.port(), first == null ? -1 : first.backlog());
            retry();
        }
    }

    /// Now and then: somebody else may have had the port.
    void retry() {
        ServerConfig.Endpoint endpoint = wanted;
        if (endpoint != null && endpoint.port() != clientPort) {
            try {
                listenForClients(endpoint, clientSecurity);
            } catch (IOException e) {
                LOG.warn("{}; trying on", e.getMessage());
                return;
            }
        }
        wanted = null;
    }
}
