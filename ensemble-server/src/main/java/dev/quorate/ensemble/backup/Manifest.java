package dev.quorate.ensemble.backup;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quorate.ensemble.model.Zxid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a backup says of itself: `manifest.json` in its folder, and the line that the Job leaves.
///
/// @param zxid of the last committed transaction in it, hexadecimal with `0x`
/// @param epoch of the leader that it was taken from
/// @param time of the last transaction by the leader's clock, RFC 3339; where the leader sent a snapshot only, when a
///     znode in it last changed; null where none ever did
/// @param znodes what a server says that has just this in it: the built-in ones count, and the root twice
/// @param bytes of the snapshot file
/// @param file of the snapshot, relative to the backup's folder
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.ALWAYS)
record Manifest(
        int format,
        String backupId,
        String zxid,
        long epoch,
        @Nullable String time,
        long znodes,
        long bytes,
        long ephemeralsStripped,
        long sessionsStripped,
        long touchedParents,
        String file,
        String sha256) {
    static final String NAME = "manifest.json";
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    static Manifest of(String id, CleanSnapshot.Written written, long bytes, String file, String sha256) {
        long millis = written.timeMillis() < 0 ? written.newestChangeMillis() : written.timeMillis();
        return new Manifest(
                FORMAT,
                id,
                Zxid.hex(written.zxid()),
                written.epoch(),
                millis <= 0 ? null : Instant.ofEpochMilli(millis).toString(),
                written.znodes() + 1,
                bytes,
                written.ephemeralsStripped(),
                written.sessionsStripped(),
                written.touchedParents(),
                file,
                sha256);
    }

    static Manifest parse(Path path, String text) throws IOException {
        Manifest manifest;
        try {
            manifest = JSON.readValue(text, Manifest.class);
        } catch (JsonProcessingException e) {
            throw new RefusedException(path + ": no manifest of a backup: " + firstLine(e.getOriginalMessage()));
        }
        if (manifest.format != FORMAT) {
            throw new RefusedException(
                    path + ": format " + manifest.format + " of backups is not known here, only " + FORMAT);
        }
        if (manifest.backupId == null || manifest.file == null || manifest.sha256 == null) {
            throw new RefusedException(path + ": no manifest of a backup: backupId, file or sha256 is missing");
        }
        return manifest;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /// One line.
    String line() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
