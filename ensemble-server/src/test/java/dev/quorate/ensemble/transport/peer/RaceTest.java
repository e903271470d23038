package dev.quorate.ensemble.transport.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.quorum.Member.HostPort;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RaceTest {
    private static final HostPort DEAD = new HostPort("127.0.0.2", 1);
    private static final HostPort LIVING = new HostPort("127.0.0.3", 2);
    private static final HostPort UNKNOWN = new HostPort("no-such-host.invalid", 3);

    private record Connection(InetSocketAddress address, String host, CountDownLatch closed) implements Closeable {
        Connection(InetSocketAddress address, String host) {
            this(address, host, new CountDownLatch(1));
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void anAddressThatSaysNothingHoldsNobodyUp() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Connection late = new Connection(new InetSocketAddress("127.0.0.2", 1), "127.0.0.2");
        Connection first = Race.first(List.of(DEAD, LIVING), (address, host) -> {
            if (host.equals("127.0.0.3")) {
                return new Connection(address, host);
            }
            await(never);
            return late;
        });
        assertThat(first.address).isEqualTo(new InetSocketAddress("127.0.0.3", 2));
        assertThat(first.host).isEqualTo("127.0.0.3");
        assertThat(first.closed.getCount()).isEqualTo(1);
        never.countDown();
        late.closed.await();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void anAddressThatRefusesIsLeftForTheNext() throws Exception {
        Connection first = Race.first(List.of(DEAD, UNKNOWN, LIVING), (address, host) -> {
            if (host.equals("127.0.0.2")) {
                throw new IOException("refused");
            }
            return new Connection(address, host);
        });
        assertThat(first.host).isEqualTo("127.0.0.3");
    }

    @Test
    void whereAllFailEachSaysWhy() {
        assertThatThrownBy(() -> Race.<Connection>first(List.of(DEAD, LIVING), (address, host) -> {
                    throw new IOException("not at " + host);
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.2:1: not at 127.0.0.2")
                .hasMessageContaining("127.0.0.3:2: not at 127.0.0.3");
        assertThatThrownBy(() -> Race.<Connection>first(List.of(UNKNOWN), Connection::new))
                .hasMessage("no-such-host.invalid: the name does not resolve");
    }
}
