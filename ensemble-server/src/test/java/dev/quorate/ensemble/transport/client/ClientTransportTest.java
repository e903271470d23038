package dev.quorate.ensemble.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.transport.Reactor;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A loop of its own with a server behind it that answers every request with its own path.
class ClientTransportTest {
    private final List<String> seen = java.util.Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopped;
    private Reactor reactor;
    private ClientTransport transport;
    private InetSocketAddress address;
    private Thread loop;

    private final class Echo implements ClientEvents {
        @Override
        public void connect(long connection, String remoteHost, ConnectRequest request) {
            seen.add("connect");
            transport.connected(
                    connection, new ConnectResponse(request.timeoutMillis(), 7, new byte[16], request.readOnly()));
        }

        @Override
        public void request(long connection, int xid, int opCode, ClientRequest request, byte[] body) {
            seen.add(request.toString());
            transport.reply(connection, new Reply(xid, 1, 0, ReplyBody.EMPTY));
        }

        @Override
        public void closed(long connection) {
            seen.add("closed");
        }

        @Override
        public String fourLetterWord(String word) {
            return word.equals("ruok") ? "imok" : null;
        }
    }

    @BeforeEach
    void start() throws IOException {
        reactor = new Reactor();
        transport = new ClientTransport(reactor, new Echo(), new ClientTransport.Limits(3, 0, 1000, 10));
        address = transport.listen(
                ClientTransport.Door.CLIENT,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                10,
                PortSecurity.PLAIN);
        loop = Thread.ofPlatform().start(() -> {
            try {
                while (!stopped) {
                    reactor.await(50, () -> transport.beginTurn(System.nanoTime()));
                    reactor.runPosted();
                    transport.resume();
                    transport.flush();
                    reactor.goIdle();
                }
                transport.close();
                reactor.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @AfterEach
    void stop() throws InterruptedException {
        stopped = true;
        loop.join();
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static DataInputStream in(Socket socket) throws IOException {
        return new DataInputStream(socket.getInputStream());
    }

    private static void shakeHands(Socket socket) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(45);
        out.writeInt(0);
        out.writeLong(0);
        out.writeInt(4000);
        out.writeLong(0);
        out.writeInt(16);
        out.write(new byte[17]);
        assertThat(in(socket).readInt()).isEqualTo(37);
        in(socket).readNBytes(37);
    }

    private static byte[] ping(int xid) {
        return java.nio.ByteBuffer.allocate(12)
                .putInt(8)
                .putInt(xid)
                .putInt(OpCode.PING)
                .array();
    }

    private static int nextXid(Socket socket) throws IOException {
        DataInputStream in = in(socket);
        assertThat(in.readInt()).isEqualTo(16);
        int xid = in.readInt();
        in.readNBytes(12);
        return xid;
    }

    @Test
    void framesInPiecesAndManyAtOnceAreAnsweredInOrder() throws Exception {
        try (Socket socket = dial()) {
            shakeHands(socket);
            for (byte piece : ping(1)) {
                socket.getOutputStream().write(piece);
            }
            java.io.ByteArrayOutputStream many = new java.io.ByteArrayOutputStream();
            for (int xid = 2; xid <= 5000; xid++) {
                many.writeBytes(ping(xid));
            }
            socket.getOutputStream().write(many.toByteArray());
            for (int xid = 1; xid <= 5000; xid++) {
                assertThat(nextXid(socket)).isEqualTo(xid);
            }
        }
    }

    @Test
    void aMalformedFrameClosesOnlyItsConnection() throws Exception {
        try (Socket good = dial();
                Socket bad = dial();
                Socket worse = dial()) {
            shakeHands(good);
            shakeHands(bad);
            new DataOutputStream(bad.getOutputStream()).writeInt(1001);
            assertThat(bad.getInputStream().read()).isEqualTo(-1);
            new DataOutputStream(worse.getOutputStream()).writeInt(-5);
            assertThat(worse.getInputStream().read()).isEqualTo(-1);
            good.getOutputStream().write(ping(9));
            assertThat(nextXid(good)).isEqualTo(9);
        }
    }

    @Test
    void fourLetterWordsAreAnsweredAndOthersAreLengths() throws Exception {
        try (Socket socket = dial()) {
            socket.getOutputStream().write("ruok".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("imok");
        }
        try (Socket socket = dial()) {
            socket.getOutputStream().write("zzzz".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void oneAddressHasOnlySoManyConnections() throws Exception {
        try (Socket one = dial();
                Socket two = dial();
                Socket three = dial();
                Socket four = dial()) {
            assertThat(four.getInputStream().read()).isEqualTo(-1);
            shakeHands(one);
            shakeHands(two);
            shakeHands(three);
        }
    }
}
