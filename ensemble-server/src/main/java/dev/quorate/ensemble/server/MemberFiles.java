package dev.quorate.ensemble.server;

import dev.quorate.ensemble.config.DynamicConfigFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Renders what a pod's server starts from: the shared keys of the ConfigMap, made this member's own, beside the member
/// list. The list on the volume wins over the ConfigMap's: it may be newer (R14 in operator-design.md).
final class MemberFiles {
    private static final int QUORUM_PORT = 2888;
    private static final int ELECTION_PORT = 3888;
    private static final int CLIENT_PORT = 2181;
    /// Keys that are this member's business and not the ConfigMap's.
    private static final List<String> OWN_KEYS =
            List.of("dataDir", "dynamicConfigFile", "clientPort", "quorumListenOnAllIPs", "db.autocreate");

    private final Path configDir;
    private final Path dataDir;
    private final long memberId;
    private final String host;

    MemberFiles(Path configDir, Path dataDir, long memberId, String host) {
        this.configDir = configDir;
        this.dataDir = dataDir;
        this.memberId = memberId;
        this.host = host;
    }

    /// The rendered `zoo.cfg`.
    Path render() throws IOException {
        Path conf = Files.createDirectories(dataDir.resolve("conf"));
        Path staticFile = conf.resolve("zoo.cfg");
        Path members = members(conf, staticFile);
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(configDir.resolve("zoo.cfg"))) {
            String key = line.split("[=:\\s]", 2)[0];
            if (!OWN_KEYS.contains(key) && !key.startsWith("server.")) {
                lines.add(line);
            }
        }
        lines.add("dataDir=" + dataDir);
        lines.add("dynamicConfigFile=" + members);
        lines.add("quorumListenOnAllIPs=true");
        lines.add("db.autocreate=false");
        DynamicConfigFiles.replace(staticFile, String.join("\n", lines) + "\n");
        DynamicConfigFiles.replace(dataDir.resolve("myid"), memberId + "\n");
        return staticFile;
    }

    /// The list this volume knows already, if this member is in it; else the ConfigMap's, with this member as an
    /// observer where it has not been added yet.
    private Path members(Path conf, Path staticFile) throws IOException {
        Path kept = Files.exists(staticFile) ? named(staticFile) : null;
        if (kept != null && Files.exists(kept) && names(Files.readAllLines(kept))) {
            return kept;
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(configDir.resolve("members")));
        lines.removeIf(line -> !line.startsWith("server."));
        if (!names(lines)) {
            lines.add("server.%d=%s:%d:%d:observer;0.0.0.0:%d"
                    .formatted(memberId, host, QUORUM_PORT, ELECTION_PORT, CLIENT_PORT));
        }
        Path fresh = conf.resolve("zoo.cfg.dynamic");
        DynamicConfigFiles.replace(fresh, String.join("\n", lines) + "\n");
        return fresh;
    }

    private static @org.jspecify.annotations.Nullable Path named(Path staticFile) throws IOException {
        for (String line : Files.readAllLines(staticFile)) {
            if (line.startsWith("dynamicConfigFile=")) {
                // Only its name counts: the volume may be mounted elsewhere now.
                Path name =
                        Path.of(line.substring(line.indexOf('=') + 1).strip()).getFileName();
                return staticFile.resolveSibling(name);
            }
        }
        return null;
    }

    private boolean names(List<String> lines) {
        return lines.stream().anyMatch(line -> line.startsWith("server." + memberId + "="));
    }
}
