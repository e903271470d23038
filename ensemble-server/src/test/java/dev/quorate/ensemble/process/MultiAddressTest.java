package dev.quorate.ensemble.process;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers with several addresses, of IPv6 too, some of which nobody answers at.
class MultiAddressTest {
    private static final Pattern LINE = Pattern.compile("server\\.(\\d)=127\\.0\\.0\\.1:(\\d+):(\\d+)");

    @ParameterizedTest
    @ValueSource(strings = {"QQQ", "QAQ"})
    void aDeadAddressIsLeftForALivingOne(String servers, @TempDir Path directory) throws Exception {
        List<Kind> kinds = servers.chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds, "multiAddress.enabled=true")) {
            for (int id = 1; id <= kinds.size(); id++) {
                if (ensemble.server(id).kind() == Kind.APACHE) {
                    ensemble.server(id)
                            .jvmOptions(List.of(
                                    "-Dzookeeper.multiAddress.enabled=true",
                                    "-Dzookeeper.multiAddress.reachabilityCheckTimeoutMs=5000"));
                }
                Path file = ensemble.server(id).directory().resolve("zoo.cfg");
                Files.writeString(file, twoAddresses(Files.readString(file), id));
            }
            ensemble.startAll().awaitServing();
            for (int leader = 1; leader <= kinds.size(); leader++) {
                ensemble.makeLead(leader);
                for (ServerProcess server : ensemble.servers()) {
                    server.awaitServing();
                    try (ZooKeeper client = StockClient.connect(server.address())) {
                        client.create("/n-", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                    }
                }
            }
            ensemble.assertEqualTrees();
        }
    }

    /// Each server listens at two addresses. Of every other one it knows one that is not there and one that is: the
    /// IPv4 one of smaller ids, the IPv6 one of larger ids.
    private static String twoAddresses(String config, int self) {
        Matcher line = LINE.matcher(config);
        StringBuilder text = new StringBuilder();
        while (line.find()) {
            int id = Integer.parseInt(line.group(1));
            int quorum = Integer.parseInt(line.group(2));
            int election = Integer.parseInt(line.group(3));
            String four = "127.0.0.1:%d:%d".formatted(quorum, election);
            String six = "[::1]:%d:%d".formatted(quorum, election);
            // Nobody listens at the loopback network's last address.
            String dead = "127.255.255.254:%d:%d".formatted(quorum, election);
            String addresses = id == self ? four + "|" + six : dead + "|" + (id < self ? four : six);
            line.appendReplacement(text, "server." + id + "=" + addresses);
        }
        return line.appendTail(text).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"QQQ", "QAQ"})
    void everyAddressMayBeOfIpv6(String servers, @TempDir Path directory) throws Exception {
        List<Kind> kinds = servers.chars()
                .mapToObj(c -> c == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        try (ProcessEnsemble ensemble = new ProcessEnsemble(directory, kinds)) {
            for (ServerProcess server : ensemble.servers()) {
                Path file = server.directory().resolve("zoo.cfg");
                String config = Files.readString(file);
                Files.writeString(
                        file, config.replace("=127.0.0.1:", "=[::1]:").replace("clientPortAddress=127.0.0.1", ""));
            }
            ensemble.startAll().awaitServing();
            for (ServerProcess server : ensemble.servers()) {
                try (ZooKeeper client = StockClient.connect("[::1]:" + server.clientPort())) {
                    client.create("/n-", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
                }
            }
            ensemble.assertEqualTrees();
        }
    }
}
