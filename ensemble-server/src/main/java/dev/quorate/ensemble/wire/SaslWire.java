package dev.quorate.ensemble.wire;

import java.io.DataInput;
import java.io.IOException;

/// The packets by which servers authenticate themselves before they speak (peer-protocol.md §9). They have no frame.
public final class SaslWire {
    /// Longest token taken, in bytes: RFC 2831 allows a digest-response no more.
    public static final int TOKEN_BYTES_MAX = 4096;

    private static final long MAGIC = 0x5f24_3501_3501_edccL;
    private static final int PACKET_BYTES = 16;

    /// What the sender thinks of the exchange.
    public enum Status {
        IN_PROGRESS(0),
        SUCCESS(1),
        ERROR(-1);

        private final int code;

        Status(int code) {
            this.code = code;
        }
    }

    public record Packet(Status status, byte[] token) {}

    private SaslWire() {}

    /// Whether a peer that begins with these eight bytes begins with a packet of this kind.
    public static boolean isMagic(long first) {
        return first == MAGIC;
    }

    /// What follows the magic.
    public static Packet readAfterMagic(DataInput in) throws IOException, MalformedRecordException {
        int code = in.readInt();
        int length = in.readInt();
        if (length > TOKEN_BYTES_MAX) {
            throw new MalformedRecordException(
                    "a SASL token of " + length + " bytes; allowed are at most " + TOKEN_BYTES_MAX);
        }
        Status status = status(code);
        byte[] token = new byte[Math.max(length, 0)];
        in.readFully(token);
        return new Packet(status, token);
    }

    private static Status status(int code) throws MalformedRecordException {
        for (Status status : Status.values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new MalformedRecordException("a SASL packet with status " + code);
    }

    public static byte[] packet(Status status, byte[] token) {
        return new JuteWriter(PACKET_BYTES + token.length)
                .writeLong(MAGIC)
                .writeInt(status.code)
                .writeBuffer(token)
                .toBytes();
    }
}
