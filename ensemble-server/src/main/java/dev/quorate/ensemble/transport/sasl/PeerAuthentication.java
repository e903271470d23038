package dev.quorate.ensemble.transport.sasl;

import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.port.SaslSettings.Login;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Map;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// What a fresh connection between servers begins with, after TLS where there is any: nothing, or an [Exchange].
/// Any thread.
public final class PeerAuthentication {
    /// Nobody says who he is.
    public static final PeerAuthentication NONE = new PeerAuthentication(null);

    static final String MECHANISM = "DIGEST-MD5";
    /// Both are part of what the password is hashed with, so they are ZooKeeper's.
    static final String PROTOCOL = "zookeeper-quorum";

    static final String SERVER_NAME = "zk-quorum-sasl-md5";
    static final int ROUNDS_MAX = 5;

    private final @Nullable SaslSettings settings;

    private PeerAuthentication(@Nullable SaslSettings settings) {
        this.settings = settings;
    }

    /// Fails where this JVM cannot do it.
    public static PeerAuthentication of(SaslSettings settings) throws IOException {
        rehearse();
        return new PeerAuthentication(settings);
    }

    /// For a connection that we made; null where we say nothing of ourselves.
    public @Nullable Exchange dialling() throws SaslException {
        Login login = settings == null ? null : settings.learner();
        return login == null ? null : new DiallersExchange(login);
    }

    /// For a connection that a peer made; null where it is not asked.
    public @Nullable Exchange accepting() throws SaslException {
        return settings == null ? null : new AcceptorsExchange(settings.users(), settings.required());
    }

    /// One exchange with ourselves: what this JVM cannot do is found now and not by the first peer, and no election
    /// waits for classes to be loaded.
    private static void rehearse() throws IOException {
        Exchange dialler = new DiallersExchange(new Login("rehearsal", "rehearsal"));
        Exchange acceptor = new AcceptorsExchange(Map.of("rehearsal", "rehearsal"), true);
        byte[] sent = dialler.begin();
        for (Exchange taker = acceptor; ; taker = taker == acceptor ? dialler : acceptor) {
            switch (taker.take(new DataInputStream(new ByteArrayInputStream(sent)))) {
                case Exchange.Step.Going(byte[] answer) -> sent = answer;
                case Exchange.Step.Done(byte[] answer) -> {
                    if (taker == dialler) {
                        return;
                    }
                    sent = answer;
                }
                case Exchange.Step.Skipped() -> throw new IllegalStateException("skipped what is required");
                case Exchange.Step.Failed(byte[] _, String reason) ->
                    throw new IOException("quorum SASL: this JVM has no working " + MECHANISM + ": " + reason);
            }
        }
    }
}
