package dev.quorate.ensemble.request;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The text of quota znodes: `count=N,bytes=N=;byteHardLimit=N;countHardLimit=N`, odd `=` included (client-protocol.md
/// §13). What is missing is -1, no limit.
record QuotaLimits(long count, long bytes, long countHard, long bytesHard) {
    static final QuotaLimits NONE = new QuotaLimits(-1, -1, -1, -1);

    /// Null where the text is none of this form: whoever is limited by it must not go on as if without limit.
    static @Nullable QuotaLimits parse(byte @Nullable [] data) {
        long count = -1;
        long bytes = -1;
        long countHard = -1;
        long bytesHard = -1;
        String text = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        for (String part : text.isEmpty() ? new String[0] : text.split("[,;]+")) {
            int equals = part.indexOf('=');
            Long value = equals < 0 ? null : number(part.substring(equals + 1));
            if (value == null) {
                return null;
            }
            switch (part.substring(0, equals)) {
                case "count" -> count = value;
                case "bytes" -> bytes = value;
                case "countHardLimit" -> countHard = value;
                case "byteHardLimit" -> bytesHard = value;
                default -> {
                    // A later version's key: not ours to enforce.
                }
            }
        }
        return new QuotaLimits(count, bytes, countHard, bytesHard);
    }

    private static @Nullable Long number(String text) {
        int end = text.indexOf('=');
        String digits = end < 0 ? text : text.substring(0, end);
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
