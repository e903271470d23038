package dev.quorate.ensemble.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.wire.JuteWriter;
import dev.quorate.ensemble.wire.QuorumWire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a leader that says what it is told to say.
class ObserverTest {
    private static final long FIRST = 0x1_0000_0001L;

    @TempDir
    Path directory;

    private CleanSnapshot.Written receive(QuorumPacket... packets) throws Exception {
        Path versioned = Files.createDirectories(directory.resolve("version-2"));
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread leader = Thread.ofVirtual().start(() -> lead(server, packets));
            Observer.receive("127.0.0.1", server.getLocalPort(), Greeting.NONE, "x", versioned);
            leader.join();
        }
        return CleanSnapshot.of(Source.open(directory, directory), Rise.NONE)
                .write(Files.createDirectory(directory.resolve("clean")));
    }

    private static void lead(ServerSocket server, QuorumPacket... packets) {
        JuteWriter buffer = new JuteWriter(256);
        for (QuorumPacket packet : packets) {
            new QuorumWire(1 << 20).write(buffer, packet);
        }
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(buffer.array(), 0, buffer.size());
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private CleanSnapshot.Written difference(long to) throws Exception {
        return receive(
                new QuorumPacket.LeaderInfo(2, 0x10000),
                new QuorumPacket.Diff(to),
                new QuorumPacket.Proposal(ServerFiles.create(FIRST, "/a", 1)),
                new QuorumPacket.Commit(FIRST),
                new QuorumPacket.NewLeader(2L << 32, null),
                new QuorumPacket.UpToDate());
    }

    @Test
    void whatTheLeaderSendsUpToWhereItSaidIsThere() throws Exception {
        CleanSnapshot.Written written = difference(FIRST);
        assertThat(written.zxid()).isEqualTo(FIRST);
        assertThat(ServerFiles.nodes(written.file())).containsKey("/a");
    }

    @Test
    void aDifferenceThatEndsShortOfWhereTheLeaderSaidIsRefused() {
        assertThatThrownBy(() -> difference(FIRST + 1))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("a Diff to 0x100000002 that ends at 0x100000001");
    }
}
