package dev.quorate.ensemble.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ReconfigurableEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.StockClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Watches on `/zookeeper/config`: ZooKeeper tells of a configuration when it is in force, and again with the
/// transaction.
class Rung17ConfigWatchTest {
    static java.util.List<String> layouts() {
        return Layout.layouts("QQQ", "AAA");
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void whoeverWatchesAlwaysIsToldTwice(String layout, @TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, layout, 3)) {
            ensemble.startAll().awaitServing();
            ServerProcess at = ensemble.server(1);
            Queue<WatchedEvent> once = new ConcurrentLinkedQueue<>();
            Queue<WatchedEvent> always = new ConcurrentLinkedQueue<>();
            try (ZooKeeper client = StockClient.connect(at.address())) {
                client.getConfig(once::add, new Stat());
                client.addWatch("/zookeeper/config", always::add, AddWatchMode.PERSISTENT);
                int[] ports = ProcessEnsemble.freePorts(3);
                String fresh = "server.8=127.0.0.1:%d:%d:observer;127.0.0.1:%d".formatted(ports[0], ports[1], ports[2]);
                ReconfigurableEnsemble.reconfigure(at, fresh, null, fresh);
                StockClient.sync(client);
                assertThat(once).extracting(event -> event.getType()).containsExactly(EventType.NodeDataChanged);
                assertThat(always)
                        .extracting(event -> event.getType())
                        .containsExactly(EventType.NodeDataChanged, EventType.NodeDataChanged);
            }
        }
    }

    /// A leader that had written down what was proposed, and lost the transaction, begins its epoch with it: clients
    /// that
    /// have waited for it are told.
    @Test
    void whatIsInForceWithoutATransactionIsToldToo(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = ReconfigurableEnsemble.of(directory, "QQQ", 3)) {
            ensemble.server(2).start();
            ensemble.server(3).start();
            assertThat(ensemble.server(3).awaitServing()).isEqualTo("leader");
            ServerProcess at = ensemble.server(1).start();
            ensemble.awaitServing();
            Queue<WatchedEvent> events = new ConcurrentLinkedQueue<>();
            try (ZooKeeper client = StockClient.connect(at.address())) {
                String config = new String(client.getConfig(events::add, new Stat()), StandardCharsets.UTF_8);
                ServerProcess next = ensemble.server(2);
                next.stop();
                assertThat(config).endsWith("version=100000000");
                Files.writeString(
                        next.directory().resolve("zoo.cfg.dynamic.next"),
                        config.replace(
                                "version=100000000",
                                "server.9=127.0.0.1:1:2:observer;127.0.0.1:3\nversion=100000099\n"));
                next.start().awaitServing();
                ensemble.server(3).kill();
                Layout.await(() -> ReconfigurableEnsemble.config(at).contains("server.9="));
                StockClient.sync(client);
                assertThat(events).anyMatch(event -> event.getType() == EventType.NodeDataChanged);
                assertThat(new String(client.getConfig(false, new Stat()), StandardCharsets.UTF_8))
                        .contains("server.9=");
            }
        }
    }
}
