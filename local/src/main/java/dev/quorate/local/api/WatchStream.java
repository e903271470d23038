package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Change;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One watch as a stream of JSON lines. Runs on its request's thread until the time or the client is over.
final class WatchStream {
    private static final Duration BOOKMARK = Duration.ofSeconds(60);
    private static final long LONGEST_SECONDS = 45 * 60;

    private final ObjectStore store;
    private final Target target;
    private final Exchange exchange;
    private final Predicate<ObjectNode> filter;
    private final Tables tables;
    private final BlockingQueue<Change> queue = new LinkedBlockingQueue<>();
    private boolean columnsSent;

    WatchStream(ObjectStore store, Target target, Exchange exchange, Predicate<ObjectNode> filter, Tables tables) {
        this.store = store;
        this.target = target;
        this.exchange = exchange;
        this.filter = filter;
        this.tables = tables;
    }

    void run() throws IOException, InterruptedException {
        if (!exchange.header("Upgrade").isEmpty()) {
            // An empty answer at once makes WebSocket clients fall back to this plain stream.
            exchange.sendText(200, "");
            return;
        }
        if (exchange.flag("sendInitialEvents")) {
            String message = "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents"
                    + " is forbidden for watch unless the WatchList feature gate is enabled";
            throw new StatusError(422, "Invalid", message);
        }
        String version = exchange.query("resourceVersion");
        if (!version.matches("\\d{0,18}")) {
            throw new StatusError(500, "", "Invalid value: \"" + version + "\": invalid resourceVersion");
        }
        boolean fromNow = version.isEmpty() || version.equals("0");
        Optional<Runnable> listening = store.atomically(() -> {
            if (fromNow) {
                store.list(target.type().resource(), target.namespace())
                        .forEach(o -> queue.add(new Change(Change.Type.ADDED, keyOf(o), o, Optional.empty())));
            }
            return store.listen(fromNow ? store.revision() : Long.parseLong(version), this::take);
        });
        try (OutputStream out = exchange.begin(200, "application/json", 0)) {
            if (listening.isPresent()) {
                stream(out);
            } else {
                String message = "too old resource version: " + version;
                send(out, "ERROR", new StatusError(410, "Expired", message).status());
            }
        } finally {
            listening.ifPresent(Runnable::run);
        }
    }

    private dev.quorate.local.store.ObjectKey keyOf(ObjectNode object) {
        return Operations.key(target.type(), Json.namespace(object), Json.name(object));
    }

    private void take(Change change) {
        boolean inside = target.namespace().isEmpty()
                || target.namespace().equals(change.key().namespace());
        if (inside && change.key().resource().equals(target.type().resource())) {
            queue.add(change);
        }
    }

    private void stream(OutputStream out) throws IOException, InterruptedException {
        String seconds = exchange.query("timeoutSeconds");
        long end = System.nanoTime()
                + Duration.ofSeconds(seconds.isEmpty() ? LONGEST_SECONDS : Long.parseLong(seconds))
                        .toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            Change change = queue.poll(Math.min(left, BOOKMARK.toNanos()), TimeUnit.NANOSECONDS);
            if (change == null) {
                bookmark(out);
                continue;
            }
            // What starts or stops to match the selectors comes or goes for the watcher.
            boolean matched = change.before().filter(filter).isPresent();
            boolean matches = change.type() != Change.Type.DELETED && filter.test(change.object());
            if (matches || matched) {
                send(out, !matches ? "DELETED" : matched ? "MODIFIED" : "ADDED", change.object());
            }
        }
    }

    private void send(OutputStream out, String type, ObjectNode object) throws IOException {
        boolean table = exchange.wantsTable() && !type.equals("ERROR");
        ObjectNode event = Json.object().put("type", type);
        event.set("object", table ? tables.of(target.type(), object, !columnsSent) : object);
        columnsSent |= table;
        out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /// Also finds out whether the client is still there.
    private void bookmark(OutputStream out) throws IOException {
        // Under the lock no change is on its way to the queue that the bookmark would promise as sent.
        long revision = store.atomically(() -> queue.isEmpty() ? store.revision() : -1);
        if (revision >= 0 && exchange.flag("allowWatchBookmarks")) {
            ResourceType type = target.type();
            ObjectNode bookmark = Json.of(
                    "{kind: %s, apiVersion: %s, metadata: {resourceVersion: '%s'}}",
                    type.kind(), type.apiVersion(), revision);
            send(out, "BOOKMARK", bookmark);
        }
    }
}
