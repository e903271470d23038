package dev.quorate.ensemble.transport.tls;

import dev.quorate.ensemble.transport.LinkChannel;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// What happens to a fresh connection before anybody speaks: nothing, a handshake, or (`acceptsPlain`) whatever the
/// peer begins with. Everything here blocks; a failure leaves the closing to the caller. One for each loop.
public final class PortSecurity {
    /// No TLS at all.
    public static final PortSecurity PLAIN = new PortSecurity(null, false, true);

    /// An accepted socket; `in` is its stream with what was read ahead.
    public record Accepted(Socket socket, InputStream in) {}

    private final @Nullable Tls tls;
    private final boolean dialsTls;
    private final boolean acceptsPlain;
    private final SecureChannel.Buffers buffers = new SecureChannel.Buffers();

    private PortSecurity(@Nullable Tls tls, boolean dialsTls, boolean acceptsPlain) {
        this.tls = tls;
        this.dialsTls = dialsTls;
        this.acceptsPlain = acceptsPlain;
    }

    public static PortSecurity of(Tls tls, boolean dialsTls, boolean acceptsPlain) {
        return new PortSecurity(tls, dialsTls, acceptsPlain);
    }

    /// Whether accepted connections may be used at once, without a look at what they begin with.
    public boolean plain() {
        return tls == null;
    }

    public LinkChannel dialled(SocketChannel channel, String host, int timeoutMillis) throws IOException {
        if (tls == null || !dialsTls) {
            return LinkChannel.plain(channel);
        }
        Socket socket = channel.socket();
        SSLEngine engine = tls.dialling(host, socket.getPort());
        Handshake.run(engine, socket, socket.getInputStream(), timeoutMillis);
        return new SecureChannel(channel, engine, buffers);
    }

    public LinkChannel accepted(SocketChannel channel, int timeoutMillis) throws IOException {
        if (tls == null) {
            return LinkChannel.plain(channel);
        }
        Socket socket = channel.socket();
        socket.setSoTimeout(timeoutMillis);
        byte[] first = firstByte(socket.getInputStream());
        if (isPlain(first)) {
            return LinkChannel.plain(channel, first);
        }
        SSLEngine engine = tls.accepting();
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(first), socket.getInputStream());
        Handshake.run(engine, socket, in, timeoutMillis);
        tls.verifyClient(engine.getSession(), socket.getInetAddress());
        return new SecureChannel(channel, engine, buffers);
    }

    /// The socket keeps its read timeout, which holds for the handshake too.
    public Socket dialled(Socket socket, String host) throws IOException {
        if (tls == null || !dialsTls) {
            return socket;
        }
        SSLSocket secure = tls.dialling(socket, host);
        secure.startHandshake();
        return secure;
    }

    /// As [#dialled(Socket, String)].
    public Accepted accepted(Socket socket) throws IOException {
        if (tls == null) {
            return new Accepted(socket, socket.getInputStream());
        }
        byte[] first = firstByte(socket.getInputStream());
        InputStream ahead = new ByteArrayInputStream(first);
        if (isPlain(first)) {
            return new Accepted(socket, new SequenceInputStream(ahead, socket.getInputStream()));
        }
        SSLSocket secure = tls.accepting(socket, ahead);
        secure.startHandshake();
        tls.verifyClient(secure.getSession(), socket.getInetAddress());
        return new Accepted(secure, secure.getInputStream());
    }

    private boolean isPlain(byte[] first) throws SSLException {
        boolean plain = first[0] != Handshake.FIRST_BYTE;
        if (plain && !acceptsPlain) {
            throw new SSLException("the peer does not speak TLS");
        }
        return plain;
    }

    private static byte[] firstByte(InputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException("the peer closed the connection before it said anything");
        }
        return new byte[] {(byte) first};
    }
}
