package dev.quorate.ensemble.transport.tls;

import dev.quorate.ensemble.transport.LinkChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// A connection after its handshake. An idle one holds no buffer: records pass through two that all of a loop share,
/// and only the beginning of a record, or what the socket does not take, is kept.
final class SecureChannel implements LinkChannel {
    private static final byte[] NONE = {};

    /// For all channels of one loop, and used on its thread only.
    static final class Buffers {
        private final ByteBuffer in = ByteBuffer.allocate(READ_MAX);
        private final ByteBuffer out = ByteBuffer.allocate(4 * READ_MAX);
    }

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final Buffers buffers;
    private final int packetBytes;
    private byte[] begun = NONE;
    private byte[] unsent = NONE;
    private boolean ended;

    SecureChannel(SocketChannel channel, SSLEngine engine, Buffers buffers) {
        this.channel = channel;
        this.engine = engine;
        this.buffers = buffers;
        packetBytes = engine.getSession().getPacketBufferSize();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        ByteBuffer in = buffers.in.clear().put(begun);
        begun = NONE;
        if (channel.read(in) < 0) {
            ended = true;
        }
        in.flip();
        int before = target.position();
        while (in.hasRemaining() && unwrap(in, target)) {
            // One record after the other.
        }
        if (in.remaining() == in.capacity()) {
            throw new SSLException("a TLS record of more than " + in.capacity() + " bytes");
        }
        begun = Arrays.copyOfRange(in.array(), in.position(), in.limit());
        int count = target.position() - before;
        return count == 0 && ended ? -1 : count;
    }

    /// False where no whole record is left, or no more will come.
    private boolean unwrap(ByteBuffer in, ByteBuffer target) throws IOException {
        SSLEngineResult result = engine.unwrap(in, target);
        afterwards(result.getHandshakeStatus());
        return switch (result.getStatus()) {
            case OK -> true;
            case BUFFER_UNDERFLOW -> false;
            case CLOSED -> {
                ended = true;
                yield false;
            }
            case BUFFER_OVERFLOW -> throw new IllegalStateException("less than READ_ROOM in the target");
        };
    }

    /// TLS 1.3 changes keys on the way. A second handshake, which 1.2 knows, would stop the loop for its arithmetic.
    private void afterwards(HandshakeStatus status) throws IOException {
        switch (status) {
            case NEED_TASK -> throw new SSLException("the peer asks for another handshake");
            case NEED_WRAP -> {
                ByteBuffer out = buffers.out.clear();
                engine.wrap(ByteBuffer.allocate(0), out);
                send(out.flip());
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {}
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!flush()) {
            return 0;
        }
        ByteBuffer out = buffers.out.clear();
        int before = source.position();
        while (source.hasRemaining() && out.remaining() >= packetBytes) {
            SSLEngineResult result = engine.wrap(source, out);
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                throw new SSLException("the TLS connection is closed");
            }
        }
        send(out.flip());
        return source.position() - before;
    }

    /// Behind what has not been sent yet.
    private void send(ByteBuffer records) throws IOException {
        if (unsent.length == 0) {
            channel.write(records);
        }
        int kept = unsent.length;
        unsent = Arrays.copyOf(unsent, kept + records.remaining());
        records.get(unsent, kept, records.remaining());
    }

    @Override
    public boolean flush() throws IOException {
        if (unsent.length > 0) {
            int sent = channel.write(ByteBuffer.wrap(unsent));
            unsent = Arrays.copyOfRange(unsent, sent, unsent.length);
        }
        return unsent.length == 0;
    }

    @Override
    public SocketChannel socket() {
        return channel;
    }

    /// Says goodbye, where the peer still listens.
    @Override
    public void close() throws IOException {
        try (channel) {
            engine.closeOutbound();
            ByteBuffer out = buffers.out.clear();
            engine.wrap(ByteBuffer.allocate(0), out);
            send(out.flip());
        } catch (IOException e) {
            channel.close();
        }
    }
}
