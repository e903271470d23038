package dev.quorate.operator.plan;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The line of JSON that the verb `backup` leaves when the backup is whole; the same as its `manifest.json`.
///
/// @param zxid hexadecimal, with `0x`
/// @param time of the last txn, or of the last change that the backup shows, RFC 3339; null where there is none
@JsonIgnoreProperties(ignoreUnknown = true)
public record BackupReport(
        @Nullable String backupId,
        @Nullable String zxid,
        long epoch,
        @Nullable String time,
        long znodes,
        long bytes,
        long ephemeralsStripped,
        long sessionsStripped,
        long touchedParents,
        @Nullable String sha256) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Empty when the line is not such a report, or lacks what nobody can do without.
    static Optional<BackupReport> read(String line) {
        try {
            BackupReport report = JSON.readValue(line, BackupReport.class);
            return report.backupId == null || report.zxid == null || report.sha256 == null
                    ? Optional.empty()
                    : Optional.of(report);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
