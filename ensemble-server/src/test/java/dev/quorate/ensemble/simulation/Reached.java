package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.QuorumPacket;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How often the histories came to what they are meant to come to.
final class Reached {
    private final Map<String, long[]> counts = new HashMap<>();
    private final Map<Class<?>, long[]> packets = new HashMap<>();

    void count(String what) {
        count(what, 1);
    }

    void count(String what, long times) {
        counts.computeIfAbsent(what, key -> new long[1])[0] += times;
    }

    void packet(QuorumPacket packet) {
        packets.computeIfAbsent(packet.getClass(), key -> new long[1])[0]++;
    }

    /// A line of the core's trace, without what is different in each.
    void line(String line) {
        count("core: " + kind(line));
    }

    /// `0x1f` becomes Z, `17` and `-1` become N.
    private static String kind(String line) {
        StringBuilder kind = new StringBuilder(line.length());
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            boolean hex = line.startsWith("0x", at);
            boolean negative = c == '-' && at + 1 < line.length() && Character.isDigit(line.charAt(at + 1));
            if (!hex && !negative && !Character.isDigit(c)) {
                kind.append(c);
                at++;
                continue;
            }
            kind.append(hex ? 'Z' : 'N');
            at += hex ? 2 : 1;
            while (at < line.length() && Character.digit(line.charAt(at), hex ? 16 : 10) >= 0) {
                at++;
            }
        }
        return kind.toString();
    }

    long of(String what) {
        return all().getOrDefault(what, 0L);
    }

    SortedMap<String, Long> all() {
        SortedMap<String, Long> all = new TreeMap<>();
        counts.forEach((what, times) -> all.put(what, times[0]));
        packets.forEach((type, times) -> all.merge("packet " + type.getSimpleName(), times[0], Long::sum));
        return all;
    }

    void add(Reached other) {
        other.counts.forEach((what, times) -> count(what, times[0]));
        other.packets.forEach((type, times) -> packets.computeIfAbsent(type, key -> new long[1])[0] += times[0]);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        all().forEach((what, times) -> text.append("%12d  %s%n".formatted(times, what)));
        return text.toString();
    }
}
