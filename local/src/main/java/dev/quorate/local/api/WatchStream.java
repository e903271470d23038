package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import dev.quorate.local.store.ObjectStore.Change;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One watch as a stream of JSON lines. Runs on its request's thread until the time or the client is over.
record WatchStream(ObjectStore store, Target target, Exchange exchange, Predicate<ObjectNode> filter, Tables tables) {
    private static final long LONGEST_SECONDS = 45 * 60;

    void run() throws IOException, InterruptedException {
        String version = exchange.query("resourceVersion");
        if (!exchange.header("Upgrade").isEmpty()) {
            // An empty answer at once makes WebSocket clients fall back to this plain stream.
            exchange.begin(200, "application/json", -1).close();
            return;
        } else if (exchange.flag("sendInitialEvents")) {
            String message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
            throw new StatusError(422, "Invalid", message);
        } else if (!version.matches("\\d{0,18}")) {
            throw new StatusError(500, "", "Invalid value: \"" + version + "\": invalid resourceVersion");
        }
        String resource = target.type().resource();
        String prefix = ObjectStore.prefix(resource, target.namespace());
        boolean fromNow = version.isEmpty() || version.equals("0");
        BlockingQueue<Change> queue = new LinkedBlockingQueue<>();
        Optional<Runnable> listening = store.atomically(() -> {
            if (fromNow) {
                store.list(resource, target.namespace())
                        .forEach(o -> queue.add(new Change("ADDED", prefix, o, Optional.empty())));
            }
            long since = fromNow ? store.revision() : Long.parseLong(version);
            return store.listen(since, change -> {
                if (change.key().startsWith(prefix)) {
                    queue.add(change);
                }
            });
        });
        try (OutputStream out = exchange.begin(200, "application/json", 0)) {
            if (listening.isPresent()) {
                stream(queue, out);
            } else {
                String message = "too old resource version: " + version;
                send(out, "ERROR", new StatusError(410, "Expired", message).status());
            }
        } finally {
            listening.ifPresent(Runnable::run);
        }
    }

    private void stream(BlockingQueue<Change> queue, OutputStream out) throws IOException, InterruptedException {
        String seconds = exchange.query("timeoutSeconds");
        Instant end = Instant.now().plusSeconds(seconds.isEmpty() ? LONGEST_SECONDS : Long.parseLong(seconds));
        boolean columns = true;
        while (true) {
            Change change = queue.poll(Duration.between(Instant.now(), end).toMillis(), TimeUnit.MILLISECONDS);
            if (change == null) {
                return;
            }
            // What starts or stops to match the selectors comes or goes for the watcher.
            boolean matched = change.before().filter(filter).isPresent();
            boolean matches = !change.type().equals("DELETED") && filter.test(change.object());
            if (matches || matched) {
                ObjectNode object = change.object();
                ObjectNode shown = exchange.wantsTable() ? tables.of(target.type(), object, columns) : object;
                send(out, !matches ? "DELETED" : matched ? "MODIFIED" : "ADDED", shown);
                columns = false;
            }
        }
    }

    private static void send(OutputStream out, String type, ObjectNode object) throws IOException {
        ObjectNode event = Json.object().put("type", type).set("object", object);
        out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
