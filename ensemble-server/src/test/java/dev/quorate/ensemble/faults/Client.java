package dev.quorate.ensemble.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One client thread: small batches of random requests, sessions that come, go, are taken over and are lost.
final class Client implements Runnable {
    static final int SESSION_MILLIS = 6_000;

    private static final int BATCH_MAX = 4;
    private static final int THINK_NANOS_MAX = 12_000_000;
    /// An answer is due when the session times out, however the ensemble is; the rest is for a busy machine.
    private static final long ANSWER_SECONDS_MAX = 120;

    private final int number;
    private final String connectString;
    private final Workplace place;
    private final Random random;
    private final History history;
    private @Nullable Handle handle;
    private final List<String> ownEphemerals = new ArrayList<>();
    private int made;

    Client(int number, String connectString, Workplace place, Random random, History history) {
        this.number = number;
        this.connectString = connectString;
        this.place = place;
        this.random = random;
        this.history = history;
    }

    @Override
    public void run() {
        try {
            while (!place.closed()) {
                batch(current());
                LockSupport.parkNanos(random.nextInt(THINK_NANOS_MAX));
                if (random.nextInt(150) == 0) {
                    leave();
                }
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            history.surprise("client " + number + " gives up: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void end() {
        Handle last = handle;
        try {
            if (last != null) {
                last.close(SESSION_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Handle current() throws IOException, InterruptedException {
        Handle now = handle;
        if (now == null || now.ended()) {
            if (now != null) {
                now.close(SESSION_MILLIS);
            }
            now = new Handle(connectString, SESSION_MILLIS, history, null);
            handle = now;
            ownEphemerals.clear();
        }
        return now;
    }

    /// Closes the session, and often asks for it again: it should be over, unless the close was lost on its way.
    private void leave() throws IOException, InterruptedException {
        Handle old = handle;
        if (old == null) {
            return;
        }
        old.close(SESSION_MILLIS);
        handle = null;
        ownEphemerals.clear();
        if (old.hasSession() && !old.ended() && random.nextBoolean()) {
            handle = new Handle(connectString, SESSION_MILLIS, history, old);
        }
    }

    private void batch(Handle now) throws InterruptedException, ExecutionException, TimeoutException {
        List<CompletableFuture<Operation>> asked = new ArrayList<>();
        int size = random.nextInt(1, BATCH_MAX + 1);
        for (int i = 0; i < size; i++) {
            asked.add(one(now));
        }
        for (CompletableFuture<Operation> one : asked) {
            Operation done = one.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            if (done.ok()) {
                learn(done);
            }
        }
    }

    private void learn(Operation done) {
        switch (done.kind()) {
            case WRITE, CAS, READ, SYNC_READ -> place.sawVersion(done.path(), done.versionAfter());
            case EPHEMERAL -> {
                ownEphemerals.add(done.path());
                place.sawEphemeral(done.path());
            }
            case SEQUENTIAL, OWN_EPHEMERAL, SYNC_EPHEMERAL, SESSION_ENDED -> {}
        }
    }

    private CompletableFuture<Operation> one(Handle now) {
        String path = place.register(random);
        int choice = random.nextInt(100);
        if (choice < 20) {
            return now.write(path, unique());
        }
        if (choice < 40) {
            return now.compareAndSet(path, place.version(path), unique());
        }
        if (choice < 60) {
            return now.syncRead(path, place.barrier());
        }
        if (choice < 86) {
            return now.read(path, random.nextInt(3) == 0);
        }
        if (choice < 91) {
            return now.createSequential(place.sequentials(), unique());
        }
        if (choice < 94) {
            return now.createEphemeral(place.ephemerals() + "/" + unique());
        }
        if (choice < 97 && !ownEphemerals.isEmpty()) {
            return now.ownEphemeral(ownEphemerals.get(random.nextInt(ownEphemerals.size())));
        }
        String ephemeral = place.anyEphemeral(random);
        return ephemeral.isEmpty() ? now.read(path, false) : now.syncEphemeral(ephemeral, place.barrier());
    }

    private String unique() {
        return number + "-" + ++made;
    }
}
