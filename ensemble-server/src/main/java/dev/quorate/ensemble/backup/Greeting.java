package dev.quorate.ensemble.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/// What is said on a fresh connection to a leader before the protocol begins. The server's other rooms know of TLS and
/// SASL, this one does not.
@FunctionalInterface
public interface Greeting {
    /// Nothing at all.
    Greeting NONE = (socket, _) -> new Streams(socket.getInputStream(), socket.getOutputStream());

    record Streams(InputStream in, OutputStream out) {}

    /// `host` is whom we dialled. The socket has a read timeout. A [RefusedException] where one side does not trust the
    /// other.
    Streams greet(Socket socket, String host) throws IOException;
}
