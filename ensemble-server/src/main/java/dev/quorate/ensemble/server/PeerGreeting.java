package dev.quorate.ensemble.server;

import dev.quorate.ensemble.backup.Greeting;
import dev.quorate.ensemble.backup.RefusedException;
import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.transport.sasl.Exchange;
import dev.quorate.ensemble.transport.sasl.PeerAuthentication;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import dev.quorate.ensemble.transport.tls.Tls;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLException;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// Dials a leader as a server with these settings does.
final class PeerGreeting implements Greeting, AutoCloseable {
    private final @Nullable Tls tls;
    private final PortSecurity security;
    private final PeerAuthentication authentication;

    PeerGreeting(ServerConfig.Peers settings) throws IOException {
        ServerConfig.PeerTls peerTls = settings.tls();
        SaslSettings sasl = settings.sasl();
        tls = peerTls == null ? null : Tls.open("quorum", peerTls.settings());
        security = tls == null || peerTls == null
                ? PortSecurity.PLAIN
                : PortSecurity.of(tls, peerTls.dials(), peerTls.acceptsPlain());
        authentication = sasl == null ? PeerAuthentication.NONE : PeerAuthentication.of(sasl);
    }

    @Override
    public Streams greet(Socket socket, String host) throws IOException {
        try {
            Socket secured = security.dialled(socket, host);
            DataInputStream in = new DataInputStream(new BufferedInputStream(secured.getInputStream()));
            Exchange.run(authentication.dialling(), in, secured.getOutputStream());
            return new Streams(in, secured.getOutputStream());
        } catch (SSLException | SaslException e) {
            throw new RefusedException(host + ":" + socket.getPort() + ": " + e.getMessage());
        }
    }

    @Override
    public void close() {
        if (tls != null) {
            tls.close();
        }
    }
}
