package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.faults.Operation.Kind;
import dev.quorate.ensemble.faults.Operation.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/// One stock client, whose every request is written into the history when its reply is there. Requests are asked for by
/// one thread. Replies and watch events come on the client's event thread, in the order in which the server sent them.
final class Handle {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final int number = NUMBERS.incrementAndGet();
    private final History history;
    private final ZooKeeper client;
    private final CountDownLatch made = new CountDownLatch(1);
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final List<Watch> watches = new ArrayList<>();
    private volatile boolean ended;
    private int order;

    /// `before` null: a new session; otherwise the session of that handle, which must have been closed.
    Handle(String connectString, int sessionMillis, History history, @Nullable Handle before) throws IOException {
        this.history = history;
        client = before == null
                ? new ZooKeeper(connectString, sessionMillis, this::event)
                : new ZooKeeper(
                        connectString,
                        sessionMillis,
                        this::event,
                        before.client.getSessionId(),
                        before.client.getSessionPasswd());
        made.countDown();
    }

    private void event(WatchedEvent event) {
        try {
            made.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        switch (event.getState()) {
            case SyncConnected -> begun.complete(true);
            case Expired -> {
                ended = true;
                begun.complete(false);
                new Asked(Kind.SESSION_ENDED, "", "", -1).answered(Outcome.OK, "", "", -1, 0);
            }
            default -> {}
        }
    }

    /// True once there is a session, false if the ensemble says that it is over.
    boolean awaitSession(long millis) throws Exception {
        return begun.get(millis, TimeUnit.MILLISECONDS);
    }

    boolean ended() {
        return ended;
    }

    boolean hasSession() {
        return client.getSessionId() != 0;
    }

    long session() {
        return client.getSessionId();
    }

    /// Nobody knows afterwards whether the session is closed, or left to expire.
    void close(int millisMax) throws InterruptedException {
        client.close(millisMax);
        for (Watch watch : watches) {
            if (!watch.fired) {
                history.add(new Watched(number, watch.path, watch.version, watch.armed, Watched.NOT_YET));
            }
        }
        watches.clear();
    }

    /// A request on its way.
    private final class Asked {
        Kind kind;
        final String path;
        final String value;
        final int version;
        final long invoked = System.nanoTime();
        final CompletableFuture<Operation> operation = new CompletableFuture<>();

        Asked(Kind kind, String path, String value, int version) {
            this.kind = kind;
            this.path = path;
            this.value = value;
            this.version = version;
        }

        void answered(Outcome outcome, String name, String shown, int shownVersion, long zxid) {
            long returned = outcome == Outcome.UNKNOWN ? Operation.NEVER : System.nanoTime();
            long session = client.getSessionId();
            Operation done = new Operation(
                    number, session, ++order, kind, name, shown, shownVersion, zxid, invoked, returned, outcome);
            history.add(done);
            operation.complete(done);
        }

        void failed(int code) {
            answered(outcome(code), path, value, version, 0);
        }

        private Outcome outcome(int code) {
            return switch (Code.get(code)) {
                case CONNECTIONLOSS, SESSIONEXPIRED, OPERATIONTIMEOUT -> Outcome.UNKNOWN;
                case SESSIONMOVED -> Outcome.REFUSED;
                case BADVERSION -> expected(kind == Kind.CAS, code);
                case NONODE -> expected(kind == Kind.OWN_EPHEMERAL || kind == Kind.SYNC_EPHEMERAL, code);
                default -> expected(false, code);
            };
        }

        private Outcome expected(boolean is, int code) {
            if (!is) {
                history.surprise("%s for %s of %s '%s' in session 0x%x"
                        .formatted(Code.get(code), kind, path, value, client.getSessionId()));
            }
            return Outcome.FAILED;
        }
    }

    /// A watch from the read that sets it to its event.
    private final class Watch implements Watcher {
        private final String path;
        private int version;
        private int armed;
        private boolean fired;

        Watch(String path) {
            this.path = path;
        }

        void armed(int shown) {
            version = shown;
            armed = order;
            watches.add(this);
        }

        @Override
        public void process(WatchedEvent event) {
            if (event.getType() != EventType.None && !fired) {
                fired = true;
                history.add(new Watched(number, path, version, armed, ++order));
            }
        }
    }

    CompletableFuture<Operation> write(String path, String value) {
        Asked asked = new Asked(Kind.WRITE, path, value, -1);
        client.setData(path, bytes(value), -1, (rc, _, _, stat) -> written(asked, rc, stat, 0), null);
        return asked.operation;
    }

    CompletableFuture<Operation> compareAndSet(String path, int version, String value) {
        Asked asked = new Asked(Kind.CAS, path, value, version);
        client.setData(path, bytes(value), version, (rc, _, _, stat) -> written(asked, rc, stat, 1), null);
        return asked.operation;
    }

    private static void written(Asked asked, int rc, @Nullable Stat stat, int versionsOn) {
        if (rc == Code.OK.intValue() && stat != null) {
            asked.answered(Outcome.OK, asked.path, asked.value, stat.getVersion() - versionsOn, stat.getMzxid());
        } else {
            asked.failed(rc);
        }
    }

    CompletableFuture<Operation> createSequential(String prefix, String value) {
        Asked asked = new Asked(Kind.SEQUENTIAL, prefix, value, -1);
        create(prefix, bytes(value), CreateMode.PERSISTENT_SEQUENTIAL, asked);
        return asked.operation;
    }

    CompletableFuture<Operation> createEphemeral(String path) {
        Asked asked = new Asked(Kind.EPHEMERAL, path, "", -1);
        create(path, new byte[0], CreateMode.EPHEMERAL, asked);
        return asked.operation;
    }

    private void create(String path, byte[] data, CreateMode mode, Asked asked) {
        client.create(
                path,
                data,
                Ids.OPEN_ACL_UNSAFE,
                mode,
                (rc, _, _, name, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        int sequence = mode.isSequential() ? Integer.parseInt(name.substring(path.length())) : -1;
                        asked.answered(Outcome.OK, name, asked.value, sequence, stat.getCzxid());
                    } else {
                        asked.failed(rc);
                    }
                },
                null);
    }

    CompletableFuture<Operation> read(String path, boolean watch) {
        Asked asked = new Asked(Kind.READ, path, "", -1);
        read(asked, watch ? new Watch(path) : null);
        return asked.operation;
    }

    /// `barrier` empty: behind a sync; otherwise behind a write of that znode.
    CompletableFuture<Operation> syncRead(String path, String barrier) {
        Asked asked = new Asked(Kind.SYNC_READ, path, "", -1);
        // Asked for together, so that they cannot go through different connections; if they do, it is an ordinary read.
        sync(barrier, path, () -> asked.kind = Kind.READ);
        read(asked, null);
        return asked.operation;
    }

    private void read(Asked asked, @Nullable Watch watch) {
        client.getData(
                asked.path,
                watch,
                (rc, _, _, data, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        String value = new String(data, StandardCharsets.UTF_8);
                        asked.answered(Outcome.OK, asked.path, value, stat.getVersion(), stat.getMzxid());
                        if (watch != null) {
                            watch.armed(stat.getVersion());
                        }
                    } else {
                        asked.failed(rc);
                    }
                },
                null);
    }

    CompletableFuture<Operation> ownEphemeral(String path) {
        Asked asked = new Asked(Kind.OWN_EPHEMERAL, path, "", -1);
        exists(asked, () -> true);
        return asked.operation;
    }

    CompletableFuture<Operation> syncEphemeral(String path, String barrier) {
        Asked asked = new Asked(Kind.SYNC_EPHEMERAL, path, "", -1);
        AtomicBoolean synced = new AtomicBoolean(true);
        sync(barrier, path, () -> synced.set(false));
        exists(asked, synced::get);
        return asked.operation;
    }

    private void sync(String barrier, String path, Runnable otherwise) {
        if (barrier.isEmpty()) {
            client.sync(path, (rc, _, _) -> unless(rc == 0, otherwise), null);
        } else {
            client.setData(barrier, new byte[0], -1, (rc, _, _, _) -> unless(rc == 0, otherwise), null);
        }
    }

    private static void unless(boolean done, Runnable otherwise) {
        if (!done) {
            otherwise.run();
        }
    }

    private void exists(Asked asked, BooleanSupplier counts) {
        client.exists(
                asked.path,
                false,
                (rc, _, _, stat) -> {
                    if (!counts.getAsBoolean()) {
                        asked.answered(Outcome.REFUSED, asked.path, "", -1, 0);
                    } else if (rc == Code.OK.intValue()) {
                        asked.answered(Outcome.OK, asked.path, "", 0, stat.getCzxid());
                    } else {
                        asked.failed(rc);
                    }
                },
                null);
    }

    private static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
