package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import java.io.DataInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What travels on the election port: the INIT message and notifications (peer-protocol.md §2).
public final class NotificationWire {
    /// Longest frame taken, in bytes.
    public static final int FRAME_BYTES_MAX = 512 * 1024;

    private static final long VERSION_ONE_ADDRESS = -65536;
    private static final long VERSION_ADDRESSES = -65535;
    private static final int ADDRESS_BYTES_MAX = 2048;
    private static final int OLDEST_BYTES = 28;
    private static final int WITHOUT_CONFIG_BYTES = 40;
    private static final int WITH_CONFIG = 2;

    /// Who dials: its id and the election address it is to be dialled back at ("" from a peer older than 3.5).
    public record Init(long serverId, String address) {}

    private NotificationWire() {}

    /// To be sent in one write (peer-protocol.md §2.2). `address` is `host:port`, IPv6 in brackets; where `several` may
    /// stand there, with `|` between them, a server before 3.6 does not understand.
    public static byte[] init(long serverId, String address, boolean several) {
        JuteWriter out = new JuteWriter(64);
        out.writeLong(several ? VERSION_ADDRESSES : VERSION_ONE_ADDRESS)
                .writeLong(serverId)
                .writeBuffer(address.getBytes(StandardCharsets.UTF_8));
        return out.toBytes();
    }

    /// Several addresses come with `|` between them.
    public static Init readInit(DataInput in) throws IOException, MalformedRecordException {
        long version = in.readLong();
        if (version >= 0) {
            return new Init(version, "");
        }
        if (version != VERSION_ONE_ADDRESS && version != VERSION_ADDRESSES) {
            throw new MalformedRecordException("INIT of unknown version " + version);
        }
        long serverId = in.readLong();
        int length = in.readInt();
        if (length <= 0 || length > ADDRESS_BYTES_MAX) {
            throw new MalformedRecordException("INIT has an address of " + length + " bytes");
        }
        byte[] address = new byte[length];
        in.readFully(address);
        return new Init(serverId, new String(address, StandardCharsets.UTF_8));
    }

    /// A whole frame, length included.
    public static byte[] frame(Notification notification) {
        byte[] config = notification.config().getBytes(StandardCharsets.UTF_8);
        JuteWriter out = new JuteWriter(WITHOUT_CONFIG_BYTES + 8 + config.length);
        out.writeInt(WITHOUT_CONFIG_BYTES + 4 + config.length);
        out.writeInt(notification.state().ordinal())
                .writeLong(notification.leader())
                .writeLong(notification.zxid())
                .writeLong(notification.round())
                .writeLong(notification.peerEpoch())
                .writeInt(WITH_CONFIG)
                .writeBuffer(config);
        return out.toBytes();
    }

    /// The payload of a frame.
    public static Notification read(byte[] payload) throws MalformedRecordException {
        if (payload.length < OLDEST_BYTES) {
            throw new MalformedRecordException("notification of " + payload.length + " bytes");
        }
        JuteReader in = new JuteReader(payload);
        int state = in.readInt();
        if (state < 0 || state >= PeerState.values().length) {
            throw new MalformedRecordException("notification with state " + state);
        }
        long leader = in.readLong();
        long zxid = in.readLong();
        long round = in.readLong();
        long peerEpoch = payload.length >= OLDEST_BYTES + 8 ? in.readLong() : zxid >> 32;
        // With exactly 40 bytes the last int is not to be trusted (peer-protocol.md §2.4).
        int version = payload.length > WITHOUT_CONFIG_BYTES ? in.readInt() : 0;
        String config = "";
        if (version >= WITH_CONFIG) {
            byte[] bytes = in.readBuffer();
            config = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        }
        return new Notification(PeerState.values()[state], leader, zxid, round, peerEpoch, version, config);
    }
}
