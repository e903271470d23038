package dev.quorate.ensemble.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes as recorded from real servers (client-protocol.md §23, peer-protocol.md §2-5, storage-formats.md §11).
class GoldenBytesTest {
    private static final TxnWire TXNS = new TxnWire();
    private static final QuorumWire PACKETS = new QuorumWire(2 << 20);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("[^0-9a-fA-F]", ""));
    }

    private static byte[] bytes(QuorumPacket packet) {
        JuteWriter out = new JuteWriter(8);
        PACKETS.write(out, packet);
        return out.toBytes();
    }

    private static QuorumPacket packet(String hex, boolean fromLearner) throws Exception {
        return PACKETS.read(new DataInputStream(new ByteArrayInputStream(hex(hex))), fromLearner);
    }

    @Test
    void createOfALogEntry() throws Exception {
        byte[] payload = hex("0100001ba87c0000 00000001 0000000000000003 000001a203eb80e9 00000001"
                + "00000002 2f64  00000003 6f6e65  00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00 00000001"
                + "00000002 000000017bcc4f0e");
        TxnEntry entry = TXNS.decode(payload);
        assertThat(entry.zxid()).isEqualTo(3);
        assertThat(entry.header().sessionId()).isEqualTo(0x0100001ba87c0000L);
        assertThat(entry.txn()).isInstanceOfSatisfying(Txn.Create.class, create -> {
            assertThat(create.path()).isEqualTo("/d");
            assertThat(create.data()).isEqualTo(new byte[] {'o', 'n', 'e'});
            assertThat(create.acl()).containsExactly(new Acl(31, AuthId.ANYONE));
            assertThat(create.ephemeral()).isFalse();
            assertThat(create.parentCreateCount()).isEqualTo(1);
        });
        assertThat(entry.digest().treeDigest()).isEqualTo(0x17bcc4f0eL);
        assertThat(TXNS.encode(entry.header(), entry.txn(), entry.digest()).bytes())
                .isEqualTo(payload);
    }

    @Test
    void closeSessionWithoutPathsIsToldFromItsDigest() throws Exception {
        byte[] header = hex("0100001ba87c0000 00000001 0000000000000003 000001a203eb80e9 fffffff5");
        assertThat(TXNS.decode(header).txn()).isEqualTo(new Txn.CloseSession(null));
        byte[] withDigest = new JuteWriter(8)
                .writeRaw(header, 0, header.length)
                .writeInt(2)
                .writeLong(77)
                .toBytes();
        assertThat(TXNS.decode(withDigest).txn()).isEqualTo(new Txn.CloseSession(null));
        assertThat(TXNS.decode(withDigest).digest().treeDigest()).isEqualTo(77);
        byte[] withPaths = new JuteWriter(8)
                .writeRaw(header, 0, header.length)
                .writeStrings(List.of("/d/eph"))
                .toBytes();
        assertThat(TXNS.decode(withPaths).txn()).isEqualTo(new Txn.CloseSession(List.of("/d/eph")));
    }

    @Test
    void handshakeAndReplies() {
        JuteWriter out = new JuteWriter(8);
        ClientWire.writeConnected(
                out, new ConnectResponse(0x2710, 0x010000149d510000L, hex("950dee1cfed780b9fbf612c877f3fe28"), false));
        ClientWire.writeReply(out, new Reply(1, 0x1e, 0, new ReplyBody.PathOnly("/a")));
        ClientWire.writeEvent(out, new WatchEvent(WatchEvent.Type.NODE_DATA_CHANGED, "/w", 0x47));
        ClientWire.writeReply(
                out,
                new Reply(
                        4,
                        0x61,
                        0,
                        new ReplyBody.Multi(List.of(
                                new ReplyBody.Result(-1, new ReplyBody.ErrorOnly(0)),
                                new ReplyBody.Result(-1, new ReplyBody.ErrorOnly(-101)),
                                new ReplyBody.Result(-1, new ReplyBody.ErrorOnly(-2))))));
        assertThat(out.toBytes())
                .isEqualTo(hex("00000025 00000000 00002710 010000149d510000"
                        + "00000010 950dee1cfed780b9fbf612c877f3fe28 00"
                        + "00000016 00000001 000000000000001e 00000000 00000002 2f61"
                        + "0000001e ffffffff 0000000000000047 00000000 00000003 00000003 00000002 2f77"
                        + "00000040 00000004 0000000000000061 00000000 ffffffff 00 00000000 00000000"
                        + "ffffffff 00 ffffff9b ffffff9b ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff"));
    }

    @Test
    void createRequest() {
        ByteBuffer body = ByteBuffer.wrap(hex("00000002 2f61 00000005 68656c6c6f 00000001"
                + "0000001f 00000005 776f726c64 00000006 616e796f6e65 00000000"));
        assertThat(ClientWire.readRequest(1, body)).isInstanceOfSatisfying(ClientRequest.Create.class, create -> {
            assertThat(create.path()).isEqualTo("/a");
            assertThat(create.data()).isEqualTo("hello".getBytes());
            assertThat(create.acl()).containsExactly(new Acl(31, AuthId.ANYONE));
            assertThat(create.flags()).isZero();
        });
        assertThat(ClientWire.readRequest(1, ByteBuffer.wrap(hex("00000002 2f61 0000"))))
                .isEqualTo(new ClientRequest.Undecodable(1));
        assertThat(ClientWire.readRequest(10, ByteBuffer.allocate(0))).isEqualTo(new ClientRequest.Unknown(10));
    }

    @Test
    void discoveryAndSynchronisation() throws Exception {
        assertThat(bytes(new QuorumPacket.LearnerInfo(false, 0, 2, 0x10000, 0)))
                .isEqualTo(hex(
                        "0000000b 00000000 00000000 00000014 00000000 00000002 00010000 00000000 00000000 ffffffff"));
        assertThat(bytes(new QuorumPacket.LeaderInfo(1, 0x10000)))
                .isEqualTo(hex("00000011 00000001 00000000 00000004 00010000 ffffffff"));
        assertThat(bytes(new QuorumPacket.AckEpoch(0x10000000aL, -1)))
                .isEqualTo(hex("00000012 00000001 0000000a 00000004 ffffffff ffffffff"));
        assertThat(bytes(new QuorumPacket.Diff(0x10000000eL)))
                .isEqualTo(hex("0000000d 00000001 0000000e ffffffff ffffffff"));
        assertThat(bytes(new QuorumPacket.UpToDate())).isEqualTo(hex("0000000c ffffffff ffffffff ffffffff ffffffff"));
        assertThat(packet("0000000a 00000001 00000000 00000003 616263 ffffffff", false))
                .isEqualTo(new QuorumPacket.NewLeader(0x100000000L, "abc"));
    }

    @Test
    void broadcastPackets() throws Exception {
        String proposal =
                "00000002 00000001 0000000c 0000003c 02000018862c0000 00000001 00000001 0000000c 000001a2 03ea893b 00000005"
                        + "00000002 2f62 00000002 4130 00000002 00000002 00000002 049eff28 ffffffff";
        QuorumPacket read = packet(proposal, false);
        assertThat(read).isInstanceOfSatisfying(QuorumPacket.Proposal.class, p -> {
            assertThat(p.entry().zxid()).isEqualTo(0x10000000cL);
            assertThat(p.entry().digest().treeDigest()).isEqualTo(0x2049eff28L);
        });
        assertThat(bytes(read)).isEqualTo(hex(proposal));
        assertThat(bytes(new QuorumPacket.Commit(0x10000000cL)))
                .isEqualTo(hex("00000004 00000001 0000000c ffffffff ffffffff"));
        assertThat(bytes(new QuorumPacket.Ping(0x100000008L, null)))
                .isEqualTo(hex("00000005 00000001 00000008 ffffffff ffffffff"));
        assertThat(bytes(new QuorumPacket.Ping(0x100000000L, List.of())))
                .isEqualTo(hex("00000005 00000001 00000000 00000000 ffffffff"));
        assertThat(packet("00000005 00000001 00000008 0000000c 01000018 86930001 00002710 ffffffff", true))
                .isEqualTo(new QuorumPacket.Ping(
                        0x100000008L, List.of(new QuorumPacket.Touch(0x0100001886930001L, 10_000))));
        assertThat(packet("00000006 ffffffff ffffffff 00000009 01000018 86930001 01 ffffffff", false))
                .isEqualTo(new QuorumPacket.Revalidated(0x0100001886930001L, true));
        String request = "00000001 ffffffff ffffffff 00000016 01000018 86930001 00000001 00000001 000000022f62 00000001"
                + "00000002 6970 00000009 3132372e302e302e31";
        assertThat(packet(request, true)).isInstanceOfSatisfying(QuorumPacket.Request.class, r -> {
            assertThat(r.authInfo()).containsExactly(new AuthId("ip", "127.0.0.1"));
            assertThat(r.body()).isEqualTo(hex("00000002 2f62"));
            assertThat(bytes(r)).isEqualTo(hex(request));
        });
    }

    @Test
    void electionPort() throws Exception {
        byte[] init = hex("ffffffff ffff0000 00000000 00000003 0000000f 3132372e302e302e333a3133383838");
        assertThat(NotificationWire.init(3, "127.0.0.3:13888", false)).isEqualTo(init);
        byte[] several = hex("ffffffff ffff0001 00000000 00000003 0000000e 5b3a3a315d3a317c 623a3232 3232");
        assertThat(NotificationWire.init(3, "[::1]:1|b:2222", true)).isEqualTo(several);
        assertThat(NotificationWire.readInit(new DataInputStream(new ByteArrayInputStream(several))))
                .isEqualTo(new NotificationWire.Init(3, "[::1]:1|b:2222"));
        assertThat(NotificationWire.readInit(new DataInputStream(new ByteArrayInputStream(init))))
                .isEqualTo(new NotificationWire.Init(3, "127.0.0.3:13888"));
        Notification notification = new Notification(PeerState.LOOKING, 3, 0, 1, 0, 2, "version=0");
        byte[] frame = NotificationWire.frame(notification);
        assertThat(frame)
                .isEqualTo(hex("00000035 00000000 00000000 00000003 00000000 00000000 00000000 00000001"
                        + "00000000 00000000 00000002 00000009 76657273696f6e3d30"));
        assertThat(NotificationWire.read(java.util.Arrays.copyOfRange(frame, 4, frame.length)))
                .isEqualTo(notification);
        assertThat(NotificationWire.read(java.util.Arrays.copyOfRange(frame, 4, 32))
                        .version())
                .isZero();
        assertThatThrownBy(() -> NotificationWire.read(new byte[27])).isInstanceOf(MalformedRecordException.class);
    }

    @Test
    void randomBytesAreRefusedAndNothingElse() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(90)];
            random.nextBytes(bytes);
            if (bytes.length > 3 && random.nextBoolean()) {
                bytes[0] = bytes[1] = bytes[2] = 0;
            }
            int opCode = random.nextInt(110) - 2;
            assertThat(ClientWire.readRequest(opCode, ByteBuffer.wrap(bytes))).isNotNull();
            try {
                assertThat(TXNS.decode(bytes)).isNotNull();
            } catch (MalformedRecordException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
            try {
                assertThat(PACKETS.read(new DataInputStream(new ByteArrayInputStream(bytes)), random.nextBoolean()))
                        .isNotNull();
            } catch (MalformedRecordException | java.io.IOException e) {
                assertThat(e.getClass()).isNotEqualTo(Exception.class);
            }
        }
    }
}
