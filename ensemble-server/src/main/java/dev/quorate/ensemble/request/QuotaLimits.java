package dev.quorate.ensemble.request;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The text of quota znodes: `count=N,bytes=N=;byteHardLimit=N;countHardLimit=N`, odd `=` included (client-protocol.md
/// §13). What is missing or
/// no number is -1, no limit.
record QuotaLimits(long count, long bytes, long countHard, long bytesHard) {
    static QuotaLimits parse(byte @Nullable [] data) {
        long count = -1;
        long bytes = -1;
        long countHard = -1;
        long bytesHard = -1;
        String text = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        for (String part : text.split("[,;]+")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                continue;
            }
            long value = number(part.substring(equals + 1));
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

    private static long number(String text) {
        int end = text.indexOf('=');
        try {
            return Long.parseLong(end < 0 ? text : text.substring(0, end));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
