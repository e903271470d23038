package dev.quorate.ensemble.transport.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.port.SaslSettings.Login;
import dev.quorate.ensemble.transport.sasl.Exchange.Step;
import dev.quorate.ensemble.wire.SaslWire;
import dev.quorate.ensemble.wire.SaslWire.Status;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import javax.security.sasl.SaslException;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    private static final Map<String, String> USERS = Map.of("ann", "secret", "bob", "other");
    private static final byte[] NONE = {};

    private static Exchange dialler(String user, String password) throws IOException {
        return dialler(new SaslSettings(new Login(user, password), USERS, false));
    }

    private static Exchange dialler(SaslSettings settings) throws IOException {
        Exchange exchange = PeerAuthentication.of(settings).dialling();
        assertThat(exchange).isNotNull();
        return exchange;
    }

    private static Exchange acceptor(boolean required) throws IOException {
        Exchange exchange =
                PeerAuthentication.of(new SaslSettings(null, USERS, required)).accepting();
        assertThat(exchange).isNotNull();
        return exchange;
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new BufferedInputStream(new ByteArrayInputStream(bytes)));
    }

    private static Step take(Exchange exchange, byte[] bytes) throws IOException {
        return exchange.take(in(bytes));
    }

    private static byte[] going(Step step) {
        assertThat(step).isInstanceOf(Step.Going.class);
        return ((Step.Going) step).answer();
    }

    private static Step.Failed failed(Step step) {
        assertThat(step).isInstanceOf(Step.Failed.class);
        return (Step.Failed) step;
    }

    private static byte[] packet(Status status, String token) {
        return SaslWire.packet(status, token.getBytes(StandardCharsets.US_ASCII));
    }

    private static String token(byte[] packet) {
        return new String(packet, 16, packet.length - 16, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(long magic, int status, int length) {
        return ByteBuffer.allocate(16)
                .putLong(magic)
                .putInt(status)
                .putInt(length)
                .array();
    }

    /// peer-protocol.md §9: magic, status, token; the dialler's first token is empty, the acceptor's last one says that
    /// it knows the password too.
    @Test
    void bothSidesAreSureAfterTwoRounds() throws Exception {
        Exchange dialler = dialler("ann", "secret");
        Exchange acceptor = acceptor(true);
        assertThat(dialler.begin()).isEqualTo(bytes(0x5f24_3501_3501_edccL, 0, 0));
        byte[] challenge = going(take(acceptor, dialler.begin()));
        assertThat(challenge)
                .startsWith(ByteBuffer.allocate(12)
                        .putLong(0x5f24_3501_3501_edccL)
                        .putInt(0)
                        .array());
        assertThat(token(challenge)).contains("realm=\"zk-quorum-sasl-md5\"").contains("algorithm=md5-sess");
        byte[] response = going(take(dialler, challenge));
        assertThat(token(response))
                .contains("username=\"ann\"")
                .contains("digest-uri=\"zookeeper-quorum/zk-quorum-sasl-md5\"");
        Step end = take(acceptor, response);
        assertThat(end).isInstanceOf(Step.Done.class);
        byte[] proof = ((Step.Done) end).answer();
        assertThat(ByteBuffer.wrap(proof).getInt(8)).isEqualTo(1);
        assertThat(token(proof)).startsWith("rspauth=");
        assertThat(take(dialler, proof)).isInstanceOf(Step.Done.class);
    }

    @Test
    void aWrongPasswordAndAnUnknownUserAreRefused() throws Exception {
        for (Exchange dialler : new Exchange[] {dialler("ann", "wrong"), dialler("eve", "secret")}) {
            Exchange acceptor = acceptor(false);
            byte[] response = going(take(dialler, going(take(acceptor, dialler.begin()))));
            Step.Failed refused = failed(take(acceptor, response));
            assertThat(refused.reason()).startsWith("DIGEST-MD5: ").doesNotContain("secret", "wrong");
            assertThat(refused.answer()).isEqualTo(SaslWire.packet(Status.ERROR, NONE));
            assertThat(failed(take(dialler, refused.answer())).reason())
                    .contains("refuses the user ")
                    .doesNotContain("secret", "wrong");
        }
    }

    /// Whoever cannot show that it knows the password is no leader to follow.
    @Test
    void anAcceptorThatOnlySaysYesIsNotBelieved() throws Exception {
        assertThat(failed(take(dialler("ann", "secret"), packet(Status.SUCCESS, "")))
                        .reason())
                .isNotEmpty();

        Exchange late = dialler("ann", "secret");
        going(take(late, going(take(acceptor(true), late.begin()))));
        assertThat(failed(take(late, packet(Status.SUCCESS, "rspauth=0123456789abcdef0123456789abcdef")))
                        .reason())
                .contains("does not know the password of ann");

        Exchange early = dialler("ann", "secret");
        byte[] challenge = going(take(acceptor(true), early.begin()));
        byte[] asSuccess = SaslWire.packet(Status.SUCCESS, Arrays.copyOfRange(challenge, 16, challenge.length));
        assertThat(failed(take(early, asSuccess)).reason()).contains("too early");
    }

    @Test
    void anAcceptorTellsAPeerWithoutSaslApart() throws Exception {
        byte[] packet = {0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0};
        assertThat(take(acceptor(false), packet)).isInstanceOf(Step.Skipped.class);
        assertThat(failed(take(acceptor(true), packet)).reason())
                .isEqualTo("the peer does not authenticate itself, which quorum.auth.serverRequireSasl=true asks for");
        Exchange begun = acceptor(false);
        going(take(begun, dialler("ann", "secret").begin()));
        assertThat(failed(take(begun, packet)).reason()).isEqualTo("something else comes in the SASL exchange");
    }

    @Test
    void whatIsNoPacketIsRefused() throws Exception {
        for (byte[] bad : new byte[][] {
            bytes(0x5f24_3501_3501_edccL, 0, 4097),
            bytes(0x5f24_3501_3501_edccL, 0, Integer.MAX_VALUE),
            bytes(0x5f24_3501_3501_edccL, 7, 0),
            bytes(0x5f24_3501_3501_edccL, 1, 0)
        }) {
            assertThat(failed(take(acceptor(false), bad)).answer()).isEqualTo(SaslWire.packet(Status.ERROR, NONE));
        }
        assertThat(failed(take(acceptor(true), bytes(0x5f24_3501_3501_edccL, 0, 4097)))
                        .reason())
                .isEqualTo("a SASL token of 4097 bytes; allowed are at most 4096");
        assertThat(failed(take(dialler("ann", "secret"), bytes(-1, 0, 0))).reason())
                .isEqualTo("the peer does not speak SASL");
        assertThat(failed(take(dialler("ann", "secret"), bytes(0x5f24_3501_3501_edccL, 0, 5000)))
                        .reason())
                .contains("5000 bytes");
    }

    /// Null, which jute knows as -1, is as empty as empty.
    @Test
    void aNullTokenIsAnEmptyOne() throws Exception {
        going(take(acceptor(true), bytes(0x5f24_3501_3501_edccL, 0, -1)));
    }

    @Test
    void halfAPacketIsReadAgainWhenTheRestIsThere() throws Exception {
        Exchange acceptor = acceptor(true);
        byte[] first = dialler("ann", "secret").begin();
        for (int length = 0; length < first.length; length++) {
            byte[] part = Arrays.copyOf(first, length);
            assertThatThrownBy(() -> take(acceptor, part)).isInstanceOf(EOFException.class);
        }
        going(take(acceptor, first));
    }

    @Test
    void anExchangeThatDoesNotEndIsEnded() throws Exception {
        Exchange dialler = dialler("ann", "secret");
        byte[] challenge = going(take(acceptor(true), dialler.begin()));
        Step step = take(dialler, challenge);
        for (int i = 0; i < PeerAuthentication.ROUNDS_MAX && step instanceof Step.Going; i++) {
            step = take(dialler, challenge);
        }
        failed(step);
    }

    // --- on streams

    @Test
    void whatAPeerWithoutSaslSaidIsLeftInTheStream() throws Exception {
        byte[] said = "12345678 and more".getBytes(StandardCharsets.US_ASCII);
        DataInputStream in = in(said);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Exchange.run(acceptor(false), in, out);
        assertThat(in.readAllBytes()).isEqualTo(said);
        assertThat(out.size()).isZero();
        Exchange.run(acceptor(false), in(NONE), out);
        assertThatThrownBy(() -> Exchange.run(acceptor(true), in(NONE), out))
                .isInstanceOf(SaslException.class)
                .hasMessage("the peer closed the connection in the SASL exchange");
        Exchange.run(null, in, out);
    }

    @Test
    void whoIsRefusedIsToldSo() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> Exchange.run(acceptor(true), in(bytes(0x5f24_3501_3501_edccL, 7, 0)), out))
                .isInstanceOf(SaslException.class)
                .hasMessage("a SASL packet with status 7");
        assertThat(out.toByteArray()).isEqualTo(SaslWire.packet(Status.ERROR, NONE));
    }
}
