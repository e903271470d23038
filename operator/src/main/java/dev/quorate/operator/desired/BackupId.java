package dev.quorate.operator.desired;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/// Identities of backups: ULIDs that follow from the EnsembleBackup and the attempt. An operator that starts anew
/// computes the same ones, so it finds its Job again instead of starting a second.
public final class BackupId {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private BackupId() {}

    /// 26 characters: 48 bits of creation time, which make them sort, then 80 bits of a hash of uid and attempt.
    public static String of(ObjectMeta backup, int attempt) {
        long millis = Instant.parse(backup.getCreationTimestamp()).toEpochMilli();
        byte[] hash = sha256(backup.getUid() + "/" + attempt);
        StringBuilder text = new StringBuilder(26);
        for (int shift = 45; shift >= 0; shift -= 5) {
            text.append(DIGITS.charAt((int) (millis >>> shift & 31)));
        }
        for (int i = 0; i < 16; i++) {
            text.append(DIGITS.charAt(hash[i] & 31));
        }
        return text.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
