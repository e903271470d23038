package dev.quorate.ensemble.process;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/// SASL between servers, as ZooKeeper's guide to it has it: a JAAS file for each, of which ours read the same words.
public final class Jaas {
    /// The last of the three rolls by which a running ensemble gets there.
    public static final List<String> ROLLS = List.of(
            "quorum.auth.enableSasl=true",
            "quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true",
            "quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true\nquorum.auth.serverRequireSasl=true");

    public static final String REQUIRED = ROLLS.getLast();

    private Jaas() {}

    /// The server's next start is with this password for itself; it accepts whoever has "secret".
    public static ServerProcess give(ServerProcess server, String password) throws IOException {
        Files.writeString(server.directory().resolve("jaas.conf"), """
                QuorumServer {
                    org.apache.zookeeper.server.auth.DigestLoginModule required
                    user_server="secret";
                };
                QuorumLearner {
                    org.apache.zookeeper.server.auth.DigestLoginModule required
                    username="server"
                    password="%s";
                };
                """.formatted(password));
        return server.jvmOptions(List.of(
                "-Djava.security.auth.login.config=" + server.directory().resolve("jaas.conf"),
                // In its FIPS mode, which is the default, Apache ZooKeeper dials without DIGEST-MD5 and thus not at
                // all.
                "-Dzookeeper.fips-mode=false"));
    }

    public static void give(ProcessEnsemble ensemble) throws IOException {
        for (ServerProcess server : ensemble.servers()) {
            give(server, "secret");
        }
    }
}
