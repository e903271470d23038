package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.transport.peer.Binding;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Where a server listens.
final class Addresses {
    private Addresses() {}

    /// Of both peer ports.
    static Binding peers(ServerConfig config) {
        String address = config.listenAddress();
        if (address != null) {
            return new Binding.At(address);
        }
        return config.quorum().listenOnAllAddresses() ? new Binding.Everywhere() : new Binding.OwnAddress();
    }

    static InetSocketAddress client(ServerConfig config, ServerConfig.Endpoint endpoint) throws UnknownHostException {
        return bind(config, endpoint.host(), endpoint.port());
    }

    static InetSocketAddress admin(ServerConfig config) throws UnknownHostException {
        String host = config.admin().host();
        return bind(config, host.equals("0.0.0.0") ? "" : host, config.admin().port());
    }

    private static InetSocketAddress bind(ServerConfig config, String host, int port) throws UnknownHostException {
        String listen = config.listenAddress() == null ? host : config.listenAddress();
        return listen.isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(InetAddress.getByName(listen), port);
    }

    /// Every client has its address as an identity.
    static AuthId ipIdentity(String remoteHost) {
        return new AuthId("ip", remoteHost);
    }
}
