package dev.quorate.ensemble.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quorate.ensemble.model.Zxid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Backups as folders, `DIR/ID/` with a manifest and a data directory of one clean snapshot: taken from a leader, and
/// brought onto the volume of a new ensemble's member.
public final class Backups {
    private static final String VERSIONED = "version-2";
    /// Stands beside the snapshot that came from a backup, so that the volume tells where its contents began.
    private static final String RESTORED = "restored.json";

    private Backups() {}

    /// Takes what the leader has committed; returns the manifest's line. The artifact stands at the true zxid: margins
    /// are added when it is restored.
    public static String take(String host, int port, Greeting greeting, Path directory, String id) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new RefusedException(directory + ": no such folder to write backups to");
        }
        try (OutputDirectory output = OutputDirectory.begin(directory, id)) {
            Path received = output.path().resolve("received");
            Observer.receive(host, port, greeting, id, Files.createDirectories(received.resolve(VERSIONED)));
            Path clean = Files.createDirectory(output.path().resolve(VERSIONED));
            CleanSnapshot.Written written =
                    CleanSnapshot.of(Source.open(received, received), Rise.NONE).write(clean);
            OutputDirectory.delete(received);
            OutputDirectory.sync(clean);
            Manifest manifest = Manifest.of(
                    id,
                    written,
                    Files.size(written.file()),
                    VERSIONED + "/" + written.file().getFileName(),
                    sha256(written.file()));
            write(output.path().resolve(Manifest.NAME), manifest.line());
            output.commit();
            return manifest.line();
        }
    }

    /// Writes a backup onto a member's volume, far above every epoch that is known to have been used; returns a line of
    /// JSON that says what is there. The same bytes on every member. Where this backup was restored before, nothing
    /// changes, whatever a server has written since; if the backup is gone by then, its folder's name says which it
    /// was.
    public static String restore(Path backup, Path dataDir, long epochAbove) throws IOException {
        Path restored = dataDir.resolve(VERSIONED).resolve(RESTORED);
        Path manifestFile = backup.resolve(Manifest.NAME);
        if (!Files.exists(manifestFile)) {
            if (Files.exists(restored)) {
                return sameBackup(restored, String.valueOf(backup.normalize().getFileName()));
            }
            throw new RefusedException(backup + ": no backup is there: it has no " + Manifest.NAME);
        }
        Manifest manifest = Manifest.parse(manifestFile, Files.readString(manifestFile));
        if (Files.exists(restored)) {
            return sameBackup(restored, manifest.backupId());
        }
        Path file = backup.resolve(manifest.file());
        if (!Files.exists(file)) {
            throw new RefusedException(backup + ": its " + manifest.file() + " is missing");
        }
        String sha256 = sha256(file);
        if (!sha256.equals(manifest.sha256())) {
            throw new RefusedException(file + ": its SHA-256 is " + sha256 + ", the manifest says " + manifest.sha256()
                    + ": the file was damaged or replaced");
        }
        Source source = Source.open(backup, backup);
        if (!file.equals(source.snapshotFile())) {
            throw new RefusedException(file + " is not the only snapshot there: " + source.snapshotFile());
        }
        CleanSnapshot clean = CleanSnapshot.of(source, Rise.above(Math.max(epochAbove, manifest.epoch())));
        try (OutputDirectory output = OutputDirectory.begin(dataDir, VERSIONED)) {
            CleanSnapshot.Written written = clean.write(output.path());
            String line = new ObjectMapper()
                    .createObjectNode()
                    .put("backupId", manifest.backupId())
                    .put("zxid", Zxid.hex(written.zxid()))
                    .put("epoch", written.epoch())
                    .put("znodes", manifest.znodes())
                    .toString();
            write(output.path().resolve(RESTORED), line);
            output.commit();
            return line;
        }
    }

    private static String sameBackup(Path restored, String id) throws IOException {
        String line = Files.readString(restored).strip();
        String before = new ObjectMapper().readTree(line).path("backupId").asText();
        if (!before.equals(id)) {
            throw new RefusedException(restored + ": the volume was restored from backup " + before
                    + " before, so backup " + id + " is not written over it");
        }
        return line;
    }

    private static void write(Path file, String line) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            int count;
            while ((count = in.read(buffer)) > 0) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
