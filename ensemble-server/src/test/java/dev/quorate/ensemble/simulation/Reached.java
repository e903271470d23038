package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.QuorumPacket;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// How often the histories came to what they are meant to come to.
final class Reached {
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, String> kinds = new HashMap<>();

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    void packet(QuorumPacket packet) {
        count("packet " + packet.getClass().getSimpleName());
    }

    /// A line of the core's trace, without what is different in each.
    void line(String line) {
        String kind = kinds.computeIfAbsent(
                line, text -> text.replaceAll("0x[0-9a-f]+", "Z").replaceAll("-?[0-9]+", "N"));
        count("core: " + kind);
    }

    long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    void add(Reached other) {
        other.counts.forEach((what, times) -> counts.merge(what, times, Long::sum));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((what, times) -> text.append("%12d  %s%n".formatted(times, what)));
        return text.toString();
    }
}
