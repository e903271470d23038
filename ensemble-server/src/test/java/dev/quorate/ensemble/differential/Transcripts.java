package dev.quorate.ensemble.differential;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;

/// Compares two transcripts so that a difference can be read.
final class Transcripts {
    private static final int SHOWN = 40;

    private Transcripts() {}

    static void assertSame(List<String> ours, List<String> theirs) {
        StringBuilder differences = new StringBuilder();
        int count = 0;
        int i = 0;
        int j = 0;
        while (i < ours.size() || j < theirs.size()) {
            String our = i < ours.size() ? ours.get(i) : "(nothing)";
            String their = j < theirs.size() ? theirs.get(j) : "(nothing)";
            if (our.equals(their)) {
                i++;
                j++;
                continue;
            }
            // Both go on at the next line that they have in common.
            int skip = 0;
            int[] next = null;
            while (next == null && skip < 20) {
                next = common(ours, theirs, i, j, ++skip);
            }
            int untilOurs = next == null ? ours.size() : next[0];
            int untilTheirs = next == null ? theirs.size() : next[1];
            if (count++ < SHOWN) {
                theirs.subList(Math.max(0, j - 2), j)
                        .forEach(line -> differences.append("both:   ").append(cut(line)));
                theirs.subList(j, untilTheirs)
                        .forEach(line -> differences.append("theirs: ").append(cut(line)));
                ours.subList(i, untilOurs)
                        .forEach(line -> differences.append("ours:   ").append(cut(line)));
                differences.append('\n');
            }
            i = untilOurs;
            j = untilTheirs;
        }
        if (count > 0) {
            fail(count + " difference(s):\n" + differences);
        }
    }

    private static String cut(String line) {
        return (line.length() > 500 ? line.substring(0, 500) + "…" : line) + "\n";
    }

    private static int[] common(List<String> ours, List<String> theirs, int i, int j, int distance) {
        for (int a = 0; a <= distance; a++) {
            int b = distance - a;
            if (i + a < ours.size() && j + b < theirs.size() && ours.get(i + a).equals(theirs.get(j + b))) {
                return new int[] {i + a, j + b};
            }
            if (i + a == ours.size() && j + b == theirs.size()) {
                return new int[] {i + a, j + b};
            }
        }
        return null;
    }
}
