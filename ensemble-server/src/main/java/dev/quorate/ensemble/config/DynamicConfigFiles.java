package dev.quorate.ensemble.config;

import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// What a reconfiguration leaves on disk (peer-protocol.md §7.6): `<cfg>.dynamic.<version>`, the static file that
/// points to it, and `<cfg>.dynamic.next` while a configuration is proposed and not committed. Each file is written
/// whole: temporary file, fsync, rename.
public final class DynamicConfigFiles {
    private final Path staticFile;
    private final long serverId;
    private long committed;
    private long proposed = -1;

    /// `committedVersion` is the version that the server was started with.
    public DynamicConfigFiles(Path staticFile, long serverId, long committedVersion) {
        this.staticFile = staticFile;
        this.serverId = serverId;
        this.committed = committedVersion;
    }

    static Path next(Path staticFile) {
        return staticFile.resolveSibling(staticFile.getFileName() + ".dynamic.next");
    }

    /// Brings the files in line with what the member knows now.
    public void write(EnsembleConfig committedConfig, EnsembleConfig lastSeen) throws IOException {
        if (lastSeen.version() > committedConfig.version() && lastSeen.version() != proposed) {
            String version = "version=" + Long.toHexString(lastSeen.version());
            replace(next(staticFile), ConfigText.lines(lastSeen) + version + "\n");
            proposed = lastSeen.version();
        }
        if (committedConfig.version() > committed) {
            commit(committedConfig);
            committed = committedConfig.version();
        }
        if (lastSeen.version() <= committedConfig.version()) {
            Files.deleteIfExists(next(staticFile));
            proposed = -1;
        }
    }

    private void commit(EnsembleConfig config) throws IOException {
        Path dynamic =
                staticFile.resolveSibling(staticFile.getFileName() + ".dynamic." + Long.toHexString(config.version()));
        replace(dynamic, ConfigText.lines(config));
        Path backup = staticFile.resolveSibling(staticFile.getFileName() + ".bak");
        List<String> kept = new ArrayList<>();
        boolean inline = false;
        Member self = config.member(serverId);
        // The client port that stands in the own line must not stand, perhaps as another one, in the static file too.
        boolean clientMoves = self != null && self.client() != null;
        for (String line : Files.readAllLines(staticFile)) {
            String key = line.strip();
            inline |= ConfigText.isMembership(key);
            boolean moves = ConfigText.isMembership(key)
                    || key.startsWith("dynamicConfigFile")
                    || key.startsWith("peerType")
                    || (clientMoves && key.matches("clientPort(Address)?\\s*[=:].*"));
            if (!moves) {
                kept.add(line);
            }
        }
        if (inline && !Files.exists(backup)) {
            Files.copy(staticFile, backup, StandardCopyOption.COPY_ATTRIBUTES);
        }
        kept.add("dynamicConfigFile=" + dynamic.toAbsolutePath());
        replace(staticFile, String.join("\n", kept) + "\n");
    }

    /// Writes a file so that it is there whole or as it was before, also after a loss of power.
    public static void replace(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
