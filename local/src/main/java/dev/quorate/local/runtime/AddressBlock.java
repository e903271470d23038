package dev.quorate.local.runtime;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Collection;

/// A block 127.x.0.0/16 that no other embedded mode of this machine uses, held by listening on a port of its first
/// address until closed.
///
/// @param prefix `127.x`
public record AddressBlock(String prefix, ServerSocket lock) implements AutoCloseable {
    private static final int LOCK_PORT = 6442;
    private static final int FIRST = 64;
    private static final int BLOCKS = 128;
    private static final int HOSTS = 250;

    /// Takes a free block; the same one for the same folder, unless another took it.
    ///
    /// @throws IOException if no block is free; the message is fit for users
    public static AddressBlock take(Path state) throws IOException {
        for (int i = 0; i < BLOCKS; i++) {
            String prefix = "127." + (FIRST + Math.floorMod(state.hashCode() + i, BLOCKS));
            ServerSocket lock = new ServerSocket();
            try {
                lock.bind(new InetSocketAddress(prefix + ".0.1", LOCK_PORT));
                return new AddressBlock(prefix, lock);
            } catch (IOException taken) {
                lock.close();
            }
        }
        throw new IOException("no loopback addresses 127.x.0.1 to listen on: the embedded mode needs a system, such as"
                + " Linux, where all of 127.0.0.0/8 is loopback");
    }

    /// For the API server.
    public String first() {
        return prefix + ".0.1";
    }

    /// An address that follows from the pod's name: a pod that comes back has the one it had, so that connect strings
    /// keep working.
    ///
    /// @param used by other pods
    String forPod(String key, Collection<String> used) {
        int host = Math.floorMod(key.hashCode() * 0x9E3779B1, HOSTS * HOSTS);
        String address;
        do {
            address = prefix + "." + (1 + host / HOSTS) + "." + (1 + host % HOSTS);
            host = (host + 1) % (HOSTS * HOSTS);
        } while (used.contains(address));
        return address;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
