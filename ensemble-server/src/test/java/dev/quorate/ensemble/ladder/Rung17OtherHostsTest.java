package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reconfigurations in ensembles of both kinds, beside those of
/// [dev.quorate.ensemble.process.ReconfigurationTest].
class Rung17OtherHostsTest {
    static List<String> layouts() {
        return Layout.layouts("QAQ", "AQA");
    }

    /// One after the other, the leader too, keeps its ports and gets another host.
    @ParameterizedTest
    @MethodSource("layouts")
    void everyServerMovesToAnotherHost(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 3)) {
            ensemble.startAll().awaitServing();
            for (int id = 1; id <= 3; id++) {
                String line = ReconfigurableEnsemble.line(ensemble.server(id), id, "participant")
                        .replaceFirst("=127\\.0\\.0\\.1:", "=127.0.0." + (id + 1) + ":");
                ReconfigurableEnsemble.reconfigure(ensemble.server(id % 3 + 1), line, null, line);
                ensemble.awaitServing();
                for (ServerProcess server : ensemble.servers()) {
                    ReconfigurableEnsemble.write(server);
                }
            }
            ensemble.assertEqualTrees();
            for (ServerProcess server : ensemble.servers()) {
                server.stop();
            }
            ensemble.startAll().awaitServing();
            for (ServerProcess server : ensemble.servers()) {
                assertThat(ReconfigurableEnsemble.config(server))
                        .contains("=127.0.0.2:", "=127.0.0.3:", "=127.0.0.4:")
                        .doesNotContain("=127.0.0.1:");
                ReconfigurableEnsemble.write(server);
            }
            ensemble.assertEqualTrees();
        }
    }

    static List<String> ledByTheThird() {
        return Layout.layouts("AAQ", "QQA");
    }

    /// While one is proposed and its followers stand still, there is no other.
    @ParameterizedTest
    @MethodSource("ledByTheThird")
    void oneReconfigurationAtATime(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 3, "syncLimit=120")) {
            ServerProcess leader = ensemble.server(3);
            ensemble.server(2).start();
            leader.start();
            assertThat(leader.awaitServing()).isEqualTo("leader");
            ensemble.server(1).start().awaitServing();
            ensemble.server(2).awaitServing();
            int[] ports = ProcessEnsemble.freePorts(3);
            String fresh = "server.%d=127.0.0.1:%d:%d:observer;127.0.0.1:%d";
            try (ZooKeeperAdmin admin = ReconfigurableEnsemble.admin(leader)) {
                admin.exists("/", false);
                ensemble.server(1).pause();
                ensemble.server(2).pause();
                CompletableFuture<Integer> first = reconfigure(admin, fresh.formatted(8, ports[0], ports[1], ports[2]));
                Path next = leader.directory().resolve("zoo.cfg.dynamic.next");
                Layout.await(() -> Files.exists(next));
                CompletableFuture<Integer> second =
                        reconfigure(admin, fresh.formatted(9, ports[1], ports[2], ports[0]));
                // Connected all the while; what it asks next comes behind that.
                leader.ask("srvr");
                ensemble.server(1).resume();
                ensemble.server(2).resume();
                assertThat(first.join()).isEqualTo(Code.OK.intValue());
                assertThat(second.join()).isEqualTo(Code.RECONFIGINPROGRESS.intValue());
            }
            for (ServerProcess server : ensemble.servers()) {
                Layout.await(() -> ReconfigurableEnsemble.config(server).contains("server.8="));
                assertThat(ReconfigurableEnsemble.config(server)).doesNotContain("server.9=");
            }
        }
    }

    private static CompletableFuture<Integer> reconfigure(ZooKeeperAdmin admin, String joining) {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        admin.reconfigure(joining, null, null, -1, (rc, path, context, data, stat) -> answer.complete(rc), null);
        return answer;
    }
}
