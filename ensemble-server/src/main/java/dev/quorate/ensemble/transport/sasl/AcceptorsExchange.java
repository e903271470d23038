package dev.quorate.ensemble.transport.sasl;

import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.SaslWire;
import dev.quorate.ensemble.wire.SaslWire.Packet;
import dev.quorate.ensemble.wire.SaslWire.Status;
import java.io.DataInput;
import java.io.IOException;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/// Of whoever is dialled. A peer that begins with something else is told apart by its first bytes.
final class AcceptorsExchange implements Exchange {
    private static final byte[] NONE = {};

    private final Map<String, String> users;
    private final boolean required;
    private final SaslServer server;
    private boolean begun;
    private int rounds;

    AcceptorsExchange(Map<String, String> users, boolean required) throws SaslException {
        this.users = users;
        this.required = required;
        SaslServer made = Sasl.createSaslServer(
                PeerAuthentication.MECHANISM,
                PeerAuthentication.PROTOCOL,
                PeerAuthentication.SERVER_NAME,
                null,
                this::look);
        if (made == null) {
            throw new SaslException("this JVM knows no " + PeerAuthentication.MECHANISM);
        }
        server = made;
    }

    private void look(Callback[] callbacks) {
        String user = "";
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                user = String.valueOf(name.getDefaultName());
                name.setName(user);
            } else if (callback instanceof PasswordCallback password) {
                String known = users.get(user);
                password.setPassword(known == null ? null : known.toCharArray());
            } else if (callback instanceof RealmCallback realm) {
                realm.setText(realm.getDefaultText());
            } else if (callback instanceof AuthorizeCallback authorize) {
                authorize.setAuthorized(authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
            }
        }
    }

    @Override
    public byte[] begin() {
        return NONE;
    }

    @Override
    public boolean maySkip() {
        return !begun && !required;
    }

    @Override
    public Step take(DataInput in) throws IOException {
        try {
            if (!SaslWire.isMagic(in.readLong())) {
                return maySkip() ? new Step.Skipped() : new Step.Failed(NONE, stranger());
            }
            Packet packet = SaslWire.readAfterMagic(in);
            begun = true;
            return answer(packet);
        } catch (MalformedRecordException e) {
            return failed(String.valueOf(e.getMessage()));
        } catch (SaslException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private String stranger() {
        return begun
                ? "something else comes in the SASL exchange"
                : "the peer does not authenticate itself, which quorum.auth.serverRequireSasl=true asks for";
    }

    private Step answer(Packet packet) throws SaslException {
        return switch (packet.status()) {
            case ERROR -> new Step.Failed(NONE, "the peer gives the SASL exchange up");
            case SUCCESS -> failed("the peer ends a SASL exchange that is not its to end");
            case IN_PROGRESS -> {
                byte @Nullable [] challenge = server.evaluateResponse(packet.token());
                byte[] token = challenge == null ? NONE : challenge;
                if (server.isComplete()) {
                    yield new Step.Done(SaslWire.packet(Status.SUCCESS, token));
                }
                yield ++rounds > PeerAuthentication.ROUNDS_MAX
                        ? failed("the peer goes on with a SASL exchange that should have ended")
                        : new Step.Going(SaslWire.packet(Status.IN_PROGRESS, token));
            }
        };
    }

    private static Step failed(String reason) {
        return new Step.Failed(SaslWire.packet(Status.ERROR, NONE), reason);
    }
}
