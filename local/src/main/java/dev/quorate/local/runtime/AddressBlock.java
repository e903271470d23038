package dev.quorate.local.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A block 127.x.y.0/24 that no other embedded mode of this machine uses, held by listening on a port of its first
/// address until closed. The block is remembered, so that addresses survive a restart where they can.
public final class AddressBlock implements AutoCloseable {
    private static final int LOCK_PORT = 6442;
    private static final int FIRST_NET = 64;
    private static final int NETS = 64;

    private final String prefix;
    private final ServerSocket lock;

    private AddressBlock(String prefix, ServerSocket lock) {
        this.prefix = prefix;
        this.lock = lock;
    }

    /// Takes the block that the file remembers, or else a free one.
    ///
    /// @param memory a file that is written with the block taken
    /// @throws IOException if no block is free; the message is fit for users
    public static AddressBlock take(Path memory) throws IOException {
        if (Files.exists(memory)) {
            String prefix = Files.readString(memory).strip();
            ServerSocket lock = prefix.matches("127\\.\\d{1,3}\\.\\d{1,3}") ? tryLock(prefix) : null;
            if (lock != null) {
                return new AddressBlock(prefix, lock);
            }
        }
        int start = Math.floorMod(memory.toAbsolutePath().hashCode(), NETS * 256);
        for (int i = 0; i < NETS * 256; i++) {
            int block = (start + i) % (NETS * 256);
            String prefix = "127." + (FIRST_NET + block / 256) + "." + block % 256;
            ServerSocket lock = tryLock(prefix);
            if (lock != null) {
                Folders.write(memory, (prefix + "\n").getBytes(StandardCharsets.UTF_8));
                return new AddressBlock(prefix, lock);
            }
        }
        throw new IOException("no loopback addresses 127.x.y.1 to listen on: the embedded mode needs a system, such as"
                + " Linux, where all of 127.0.0.0/8 is loopback");
    }

    private static @org.jspecify.annotations.Nullable ServerSocket tryLock(String prefix) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(prefix + ".1"), LOCK_PORT));
            return socket;
        } catch (IOException taken) {
            socket.close();
            return null;
        }
    }

    /// The address of that number in the block.
    ///
    /// @param host 1 (for the API server) to 254
    public String address(int host) {
        return prefix + "." + host;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
