package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Servers of both kinds in one ensemble, observers too: each participant leads in turn, clients write at all of them,
/// and trees and digests stay the same.
class MixedEnsembleTest {
    private static final int WRITES = 150;

    /// `A` is Apache ZooKeeper's, `Q` ours; observers after the plus.
    static List<String> eachLeadsInTurnAndTreesStayIdenticalLayouts() {
        return ProcessEnsemble.layouts(List.of("QAA+Q", "AQQ+A"), "AQA", "AAQ");
    }

    @ParameterizedTest
    @MethodSource("eachLeadsInTurnAndTreesStayIdenticalLayouts")
    void eachLeadsInTurnAndTreesStayIdentical(String servers, @TempDir Path directory) throws Exception {
        int participants = servers.indexOf('+') < 0 ? servers.length() : servers.indexOf('+');
        List<Kind> kinds = servers.replace("+", "")
                .chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        Random random = new Random(servers.hashCode());
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, participants, kinds)) {
            ensemble.startAll().awaitServing();
            boolean[] led = new boolean[participants];
            for (int round = 0; round < participants; round++) {
                int wanted = (servers.indexOf('Q') + round) % participants + 1;
                ensemble.makeLead(wanted);
                led[wanted - 1] = true;
                for (ServerProcess server : ensemble.servers()) {
                    server.awaitServing();
                    work(server, random, round);
                }
                ensemble.assertEqualTrees();
            }
            assertThat(led).containsOnly(true);
        }
    }

    private static void work(ServerProcess server, Random random, int round) throws Exception {
        try (ZooKeeper client = StockClient.connect(server.address())) {
            for (int i = 0; i < WRITES; i++) {
                String path = "/n" + random.nextInt(20);
                byte[] data = new byte[random.nextInt(50)];
                random.nextBytes(data);
                try {
                    switch (random.nextInt(6)) {
                        case 0 -> client.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                        case 1 ->
                            client.create(path + "/s-", data, Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                        case 2 -> client.create(path + "/e-" + round, data, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                        case 3 -> client.setData(path, data, random.nextInt(5) == 0 ? 3 : -1);
                        case 4 -> client.delete(path, -1);
                        default ->
                            client.multi(List.of(
                                    Op.setData(path, data, -1),
                                    Op.create(
                                            path + "/m-", data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL),
                                    Op.check("/n" + random.nextInt(20), -1)));
                    }
                } catch (KeeperException e) {
                    // Failing operations are part of the workload: they are transactions too.
                    assertThat(e.code()).isNotEqualTo(KeeperException.Code.CONNECTIONLOSS);
                }
            }
        }
    }
}
