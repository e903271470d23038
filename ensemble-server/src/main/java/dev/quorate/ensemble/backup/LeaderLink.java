package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.QuorumWire;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// A blocking connection to the quorum port of a leader. Every failure of the network is a [LeaderLostException], so
/// that it is not taken for one of the disk.
final class LeaderLink implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    /// A leader that waits for its quorum says nothing at all; one that serves pings every tick.
    private static final int SILENCE_MILLIS = 60_000;
    /// Above any `jute.maxbuffer` that makes sense.
    private static final int DATA_BYTES_MAX = 256 << 20;

    private final String address;
    private final Socket socket = new Socket();
    private final QuorumWire wire = new QuorumWire(DATA_BYTES_MAX);
    private final JuteWriter buffer = new JuteWriter(256);
    private final DataInputStream in;
    private final OutputStream out;

    LeaderLink(String host, int port, Greeting greeting) throws IOException {
        address = host + ":" + port;
        try {
            InetSocketAddress resolved = new InetSocketAddress(host, port);
            if (resolved.isUnresolved()) {
                throw new IOException("the name does not resolve");
            }
            socket.connect(resolved, CONNECT_MILLIS);
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.setTcpNoDelay(true);
            Greeting.Streams streams = greeting.greet(socket, host);
            in = new DataInputStream(new Received(new BufferedInputStream(streams.in(), 1 << 16)));
            out = streams.out();
        } catch (RefusedException e) {
            socket.close();
            throw e;
        } catch (IOException e) {
            socket.close();
            throw new LeaderLostException("no leader at " + address + ": " + String.valueOf(e.getMessage()));
        }
    }

    /// For the stream that follows a SNAP.
    DataInputStream in() {
        return in;
    }

    QuorumPacket read() throws IOException, MalformedRecordException {
        return wire.read(in, false);
    }

    void write(QuorumPacket packet) throws LeaderLostException {
        buffer.clear();
        wire.write(buffer, packet);
        try {
            out.write(buffer.array(), 0, buffer.size());
        } catch (IOException e) {
            throw lost(String.valueOf(e.getMessage()));
        }
    }

    LeaderLostException lost(String reason) {
        return new LeaderLostException("the leader at " + address + " was lost: " + reason);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private final class Received extends FilterInputStream {
        Received(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            read(one, 0, 1);
            return one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count;
            try {
                count = super.read(bytes, offset, length);
            } catch (SocketTimeoutException e) {
                throw lost("it said nothing for " + SILENCE_MILLIS / 1000 + " s");
            } catch (IOException e) {
                throw lost(String.valueOf(e.getMessage()));
            }
            if (count < 0) {
                throw lost("it closed the connection; a server that does not lead does so at once, and"
                        + " one that wants TLS or SASL of its peers");
            }
            return count;
        }
    }
}
