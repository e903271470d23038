package dev.quorate.ensemble.transport.client;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import org.jspecify.annotations.Nullable;

/// What happens on client connections; called on the loop's thread, in the order of arrival on each connection.
public interface ClientEvents {
    /// The first frame of a new connection. `remoteHost` is the address without port.
    void connect(long connection, String remoteHost, ConnectRequest request);

    /// `body` holds the bytes after the header, and is empty for plain reads, which nobody forwards.
    void request(long connection, int xid, int opCode, ClientRequest request, byte[] body);

    /// The connection is gone; not called after our own close.
    void closed(long connection);

    /// The answer to a four-letter word, null where `word` is none.
    @Nullable
    String fourLetterWord(String word);
}
