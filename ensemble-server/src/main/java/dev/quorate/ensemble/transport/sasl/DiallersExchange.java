package dev.quorate.ensemble.transport.sasl;

import dev.quorate.ensemble.port.SaslSettings.Login;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.SaslWire;
import dev.quorate.ensemble.wire.SaslWire.Packet;
import dev.quorate.ensemble.wire.SaslWire.Status;
import java.io.DataInput;
import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;

/// Of whoever dials. The acceptor proves in its last packet that it knows the password too.
final class DiallersExchange implements Exchange {
    private static final byte[] NONE = {};

    private final Login login;
    private final SaslClient client;
    private int rounds;

    DiallersExchange(Login login) throws SaslException {
        this.login = login;
        String[] mechanisms = {PeerAuthentication.MECHANISM};
        SaslClient made = Sasl.createSaslClient(
                mechanisms, login.user(), PeerAuthentication.PROTOCOL, PeerAuthentication.SERVER_NAME, null, this::ask);
        if (made == null) {
            throw new SaslException("this JVM knows no " + PeerAuthentication.MECHANISM);
        }
        client = made;
    }

    private void ask(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(login.user());
            } else if (callback instanceof PasswordCallback password) {
                password.setPassword(login.password().toCharArray());
            } else if (callback instanceof RealmCallback realm) {
                realm.setText(realm.getDefaultText());
            }
        }
    }

    @Override
    public byte[] begin() {
        return SaslWire.packet(Status.IN_PROGRESS, NONE); // DIGEST-MD5 has no initial response
    }

    @Override
    public boolean maySkip() {
        return false;
    }

    @Override
    public Step take(DataInput in) throws IOException {
        try {
            if (!SaslWire.isMagic(in.readLong())) {
                return failed("the peer does not speak SASL");
            }
            return answer(SaslWire.readAfterMagic(in));
        } catch (MalformedRecordException e) {
            return failed(String.valueOf(e.getMessage()));
        } catch (SaslException e) {
            return failed("the peer does not know the password of " + login.user() + ": " + e.getMessage());
        }
    }

    private Step answer(Packet packet) throws SaslException {
        return switch (packet.status()) {
            case ERROR -> failed("the peer refuses the user " + login.user() + " or its password");
            case IN_PROGRESS -> {
                if (client.isComplete() || ++rounds > PeerAuthentication.ROUNDS_MAX) {
                    yield failed("the peer goes on with a SASL exchange that should have ended");
                }
                byte[] response = client.evaluateChallenge(packet.token());
                yield new Step.Going(SaslWire.packet(Status.IN_PROGRESS, response == null ? NONE : response));
            }
            case SUCCESS -> {
                byte[] response = client.isComplete() ? null : client.evaluateChallenge(packet.token());
                yield client.isComplete() && response == null
                        ? new Step.Done(NONE)
                        : failed("the peer ends a SASL exchange too early");
            }
        };
    }

    private static Step failed(String reason) {
        return new Step.Failed(NONE, reason);
    }
}
