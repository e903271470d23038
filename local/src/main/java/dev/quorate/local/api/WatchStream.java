package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
import dev.quorate.local.store.ObjectStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One watch as a stream of JSON lines. Runs on its request's virtual thread until the time or the client is over.
final class WatchStream {
    private static final Duration BOOKMARK = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofMinutes(45);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ObjectStore store;
    private final ApiServer.Target target;
    private final Exchange exchange;
    private final Predicate<ObjectNode> filter;
    private final BlockingQueue<Change> queue = new LinkedBlockingQueue<>();
    private boolean columnsSent;

    WatchStream(ObjectStore store, ApiServer.Target target, Exchange exchange, Predicate<ObjectNode> filter) {
        this.store = store;
        this.target = target;
        this.exchange = exchange;
        this.filter = filter;
    }

    void start() {
        if (!exchange.header("Upgrade").isEmpty()) {
            // An empty answer at once makes WebSocket clients fall back to this plain stream.
            exchange.sendText(200, "");
            return;
        }
        if (exchange.flag("sendInitialEvents")) {
            throw StatusError.of(
                    422,
                    "Invalid",
                    "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is"
                            + " forbidden for watch unless the WatchList feature gate is enabled");
        }
        String version = exchange.query("resourceVersion");
        boolean fromNow = version.isEmpty() || version.equals("0");
        if (!fromNow && !version.matches("\\d{1,18}")) {
            throw StatusError.of(
                    500,
                    "",
                    "Invalid value: \"" + version + "\": strconv.ParseUint: parsing \"" + version
                            + "\": invalid syntax");
        }
        exchange.begin("application/json");
        Optional<Runnable> listening = store.atomically(() -> {
            if (fromNow) {
                store.list(target.type().resource(), target.namespace()).stream()
                        .filter(filter)
                        .forEach(o -> send("ADDED", o));
            }
            return store.listen(fromNow ? store.revision() : Long.parseLong(version), this::take);
        });
        if (listening.isEmpty()) {
            send(
                    "ERROR",
                    StatusError.of(410, "Expired", "too old resource version: " + version)
                            .status());
            exchange.end();
            return;
        }
        try {
            stream();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listening.get().run();
            exchange.end();
        }
    }

    private void take(Change change) {
        if (change.key().resource().equals(target.type().resource())
                && (target.namespace().isEmpty()
                        || target.namespace().equals(change.key().namespace()))) {
            queue.add(change);
        }
    }

    private void stream() throws InterruptedException {
        String seconds = exchange.query("timeoutSeconds");
        Duration time = seconds.isEmpty() ? LONGEST : Duration.ofSeconds(Long.parseLong(seconds));
        long end = System.nanoTime() + time.toNanos();
        long bookmark = System.nanoTime() + BOOKMARK.toNanos();
        while (!exchange.isOver() && System.nanoTime() < end) {
            Change change = queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (change != null) {
                send(change);
            } else if (System.nanoTime() > bookmark) {
                bookmark();
                bookmark = System.nanoTime() + BOOKMARK.toNanos();
            }
        }
        bookmark();
    }

    /// What starts or stops to match the selectors comes or goes for the watcher.
    private void send(Change change) {
        boolean matched = change.before().filter(filter).isPresent();
        boolean matches = change.type() != Change.Type.DELETED && filter.test(change.object());
        if (change.type() == Change.Type.DELETED && (matched || filter.test(change.object()))) {
            send("DELETED", change.object());
        } else if (matches) {
            send(matched ? "MODIFIED" : "ADDED", change.object());
        } else if (matched) {
            send("DELETED", change.object());
        }
    }

    private void send(String type, ObjectNode object) {
        boolean table = exchange.header("Accept").contains("as=Table") && !type.equals("ERROR");
        ObjectNode event = Json.object().put("type", type);
        event.set("object", table ? Tables.of(target.type(), object, !columnsSent) : object);
        columnsSent |= table;
        byte[] bytes = Json.bytes(event);
        byte[] line = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        line[bytes.length] = '\n';
        exchange.write(line);
    }

    private void bookmark() {
        if (!exchange.flag("allowWatchBookmarks")) {
            return;
        }
        // Under the lock no change is on its way to the queue that the bookmark would promise as sent.
        long revision = store.atomically(() -> queue.isEmpty() ? store.revision() : -1);
        if (revision < 0) {
            return;
        }
        ObjectNode object = Json.object()
                .put("kind", target.type().kind())
                .put("apiVersion", target.type().apiVersion());
        object.putObject("metadata").put("resourceVersion", String.valueOf(revision));
        ObjectNode event = Json.object().put("type", "BOOKMARK");
        event.set("object", object);
        byte[] bytes = (event + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.write(bytes);
    }
}
