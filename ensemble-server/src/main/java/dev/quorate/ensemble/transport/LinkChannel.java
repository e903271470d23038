package dev.quorate.ensemble.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The bytes of one non-blocking connection, plain or encrypted. Loop thread only, once it is there.
public interface LinkChannel extends Closeable {
    /// Bytes that an encrypted connection takes from its socket at once.
    int READ_MAX = 32 * 1024;

    /// What a target of [#read] must have room for: all that one call may find, and a TLS record of which only the
    /// beginning is there, since an engine asks for its room before it looks whether it is whole.
    int READ_ROOM = READ_MAX + 18 * 1024;

    /// Bytes put into `target`; 0 where there are none yet, -1 at the end. Nothing that arrived whole stays behind, so
    /// that the selector tells of all that is left.
    int read(ByteBuffer target) throws IOException;

    /// Bytes taken of `source`; some may still have to be flushed.
    int write(ByteBuffer source) throws IOException;

    /// True when nothing that was written waits for the socket.
    boolean flush() throws IOException;

    /// For the selector, and for addresses.
    SocketChannel socket();

    static LinkChannel plain(SocketChannel channel) {
        return plain(channel, new byte[0]);
    }

    /// `ahead` was read from the channel already.
    static LinkChannel plain(SocketChannel channel, byte[] ahead) {
        return new PlainChannel(channel, ahead);
    }
}
