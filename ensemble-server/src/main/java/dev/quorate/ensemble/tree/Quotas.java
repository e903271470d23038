package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.ZnodePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Usage below paths with a quota (client-protocol.md §13): each change counts for the deepest such ancestor only.
/// The usage is shown in `zookeeper_stats` and belongs to this server alone, not to transactions.
final class Quotas {
    private static final String LIMITS = "/zookeeper_limits";
    private static final String STATS = "/zookeeper_stats";

    private static final class Usage {
        long count;
        long bytes;
    }

    private final DataTree tree;
    private final Map<String, Usage> usages = new HashMap<>();

    Quotas(DataTree tree) {
        this.tree = tree;
    }

    void created(String path, Znode node) {
        if (path.startsWith(ZnodePath.QUOTA)) {
            quotaZnodeCreated(path);
        } else {
            add(path, 1, node.dataLength());
        }
    }

    void deleted(String path, Znode node) {
        if (path.startsWith(ZnodePath.QUOTA)) {
            if (path.endsWith(LIMITS)) {
                usages.remove(subject(path, LIMITS));
            }
        } else {
            add(path, -1, -node.dataLength());
        }
    }

    void changed(String key, int bytes) {
        if (!usages.isEmpty() && !key.startsWith(ZnodePath.QUOTA)) {
            add(key, 0, bytes);
        }
    }

    private void quotaZnodeCreated(String path) {
        if (path.endsWith(LIMITS)) {
            String subject = subject(path, LIMITS);
            if (!subject.isEmpty()) {
                usages.put(subject, measure(subject));
            }
        } else if (path.endsWith(STATS)) {
            String subject = subject(path, STATS);
            Usage usage = subject.isEmpty() ? null : measure(subject);
            if (usage != null) {
                usages.computeIfPresent(subject, (key, old) -> usage);
                write(subject, usage);
            }
        }
    }

    private static String subject(String path, String suffix) {
        int end = path.length() - suffix.length();
        return end <= ZnodePath.QUOTA.length() ? "" : path.substring(ZnodePath.QUOTA.length(), end);
    }

    private void add(String key, int count, int bytes) {
        if (usages.isEmpty()) {
            return;
        }
        String at = deepest(key);
        Usage usage = at == null ? null : usages.get(at);
        if (at != null && usage != null) {
            usage.count += count;
            usage.bytes += bytes;
            write(at, usage);
        }
    }

    private @Nullable String deepest(String key) {
        for (String at = key; !at.isEmpty(); at = ZnodePath.parent(at)) {
            if (usages.containsKey(at)) {
                return at;
            }
        }
        return null;
    }

    private Usage measure(String subject) {
        Usage usage = new Usage();
        Deque<Znode> open = new ArrayDeque<>();
        for (Znode at = tree.nodes.get(subject); at != null; at = open.poll()) {
            usage.count++;
            usage.bytes += at.dataLength();
            for (Znode child : at.childrenNow()) {
                open.push(child);
            }
        }
        return usage;
    }

    private void write(String subject, Usage usage) {
        String text = "count=" + usage.count + ",bytes=" + usage.bytes;
        tree.replaceOwnData(ZnodePath.QUOTA + subject + STATS, text.getBytes(StandardCharsets.UTF_8));
    }

    /// After a snapshot was loaded: its figures may be old or count what was stripped.
    void recompute() {
        usages.clear();
        Deque<Znode> open = new ArrayDeque<>();
        for (Znode at = tree.nodes.get(ZnodePath.QUOTA); at != null; at = open.poll()) {
            for (Znode child : at.childrenNow()) {
                String subject = child.key.endsWith(LIMITS) ? subject(child.key, LIMITS) : "";
                if (!subject.isEmpty()) {
                    Usage usage = measure(subject);
                    usages.put(subject, usage);
                    write(subject, usage);
                }
                open.push(child);
            }
        }
    }
}
