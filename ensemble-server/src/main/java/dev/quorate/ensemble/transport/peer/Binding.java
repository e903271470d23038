package dev.quorate.ensemble.transport.peer;

import dev.quorate.ensemble.quorum.Member.PeerAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// At which of its host's addresses a server opens its peer ports.
public sealed interface Binding {
    record Everywhere() implements Binding {}

    record At(String host) implements Binding {}

    /// Where its line in the configuration says, which may change; everywhere if several addresses stand there.
    record OwnAddress() implements Binding {}

    /// Null is any address. Looks names up.
    default @Nullable InetAddress of(List<PeerAddress> own) throws UnknownHostException {
        return switch (this) {
            case Everywhere _ -> null;
            case At at -> InetAddress.getByName(at.host);
            case OwnAddress _ ->
                own.size() == 1 ? InetAddress.getByName(own.getFirst().host()) : null;
        };
    }
}
