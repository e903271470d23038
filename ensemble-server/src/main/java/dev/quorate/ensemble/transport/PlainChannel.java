package dev.quorate.ensemble.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

final class PlainChannel implements LinkChannel {
    private final SocketChannel channel;
    private byte[] ahead;

    PlainChannel(SocketChannel channel, byte[] ahead) {
        this.channel = channel;
        this.ahead = ahead;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int before = ahead.length;
        if (before > 0) {
            target.put(ahead);
            ahead = new byte[0];
        }
        int count = channel.read(target);
        return count < 0 && before == 0 ? -1 : before + Math.max(count, 0);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public SocketChannel socket() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
