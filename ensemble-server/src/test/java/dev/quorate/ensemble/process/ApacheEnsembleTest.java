package dev.quorate.ensemble.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Path;
import java.util.Collections;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The oracle itself works: otherwise no comparison with it says anything.
class ApacheEnsembleTest {
    @Test
    void threeApacheServersKeepEqualTrees(@TempDir Path directory) throws Exception {
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, Collections.nCopies(3, Kind.APACHE))) {
            ensemble.startAll().awaitServing();
            try (ZooKeeper client = StockClient.connect(ensemble.connectString())) {
                client.create("/a", new byte[] {1}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            assertThat(StockClient.dump(ensemble.server(1)))
                    .containsKey("/a")
                    .isEqualTo(StockClient.dump(ensemble.server(2)))
                    .isEqualTo(StockClient.dump(ensemble.server(3)));
        }
    }
}
