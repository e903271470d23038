package dev.quorate.ensemble.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Is there an order of the operations that a sequential object could have taken, in which each takes effect between
/// its
/// invocation and its return? The search of Wing and Gong with Lowe's memory of the configurations that it has seen.
/// An operation that never returned may take effect at any time after its invocation, or not at all.
final class Linearisability<O, S> {
    /// The object. A state is a value.
    interface Model<O, S> {
        S initial();

        /// The state after the operation; empty if it could not have had this outcome here. Of operations that never
        /// returned
        /// only those that somebody could notice need to be let through.
        Optional<S> step(S state, O operation);
    }

    /// @param returned [Operation#NEVER] if it never did
    record Interval<O>(O operation, long invoked, long returned) {}

    sealed interface Verdict {
        record Linearisable() implements Verdict {}

        /// `furthest`: the operation at which the longest order found ended.
        record Violated<O>(O furthest) implements Verdict {}

        /// The search was given up.
        record Undecided(long steps) implements Verdict {}
    }

    private static final long STEPS_MAX = 20_000_000;

    /// A list of calls and returns in time order, from which those of an operation are taken out and put back.
    private static final class Entry {
        final int id;
        final long time;
        final boolean call;
        Entry before = this;
        Entry after = this;
        Entry match = this;

        Entry(int id, long time, boolean call) {
            this.id = id;
            this.time = time;
            this.call = call;
        }

        void unlink() {
            before.after = after;
            after.before = before;
        }

        void relink() {
            before.after = this;
            after.before = this;
        }
    }

    private record Configuration<S>(BitSet done, S state) {}

    private record Choice<S>(Entry call, S stateBefore) {}

    private final Model<O, S> model;
    private final List<Interval<O>> intervals;

    private Linearisability(Model<O, S> model, List<Interval<O>> intervals) {
        this.model = model;
        this.intervals = intervals;
    }

    static <O, S> Verdict check(Model<O, S> model, List<Interval<O>> intervals) {
        return new Linearisability<>(model, intervals).search();
    }

    private Entry list() {
        List<Entry> entries = new ArrayList<>();
        for (int id = 0; id < intervals.size(); id++) {
            Entry call = new Entry(id, intervals.get(id).invoked(), true);
            Entry end = new Entry(id, intervals.get(id).returned(), false);
            call.match = end;
            end.match = call;
            entries.add(call);
            entries.add(end);
        }
        // A return and a call at one instant overlap.
        entries.sort(Comparator.comparingLong((Entry entry) -> entry.time).thenComparing(entry -> !entry.call));
        Entry head = new Entry(-1, Long.MIN_VALUE, false);
        Entry last = head;
        for (Entry entry : entries) {
            entry.before = last;
            last.after = entry;
            last = entry;
        }
        last.after = head;
        head.before = last;
        return head;
    }

    private Verdict search() {
        Entry head = list();
        BitSet done = new BitSet(intervals.size());
        Set<Configuration<S>> seen = new HashSet<>();
        List<Choice<S>> chosen = new ArrayList<>();
        S state = model.initial();
        Entry entry = head.after;
        int longest = -1;
        int furthest = 0;
        for (long steps = 0; steps < STEPS_MAX; steps++) {
            if (entry == head || (!entry.call && entry.time == Operation.NEVER)) {
                return new Verdict.Linearisable();
            }
            if (entry.call) {
                Optional<S> next = model.step(state, intervals.get(entry.id).operation());
                if (next.isPresent()) {
                    done.set(entry.id);
                    if (seen.add(new Configuration<>((BitSet) done.clone(), next.get()))) {
                        chosen.add(new Choice<>(entry, state));
                        state = next.get();
                        entry.unlink();
                        entry.match.unlink();
                        entry = head.after;
                        continue;
                    }
                    done.clear(entry.id);
                }
                entry = entry.after;
                continue;
            }
            // It has returned and could not take effect: something before was chosen wrongly.
            if (chosen.size() > longest) {
                longest = chosen.size();
                furthest = entry.id;
            }
            if (chosen.isEmpty()) {
                return new Verdict.Violated<>(intervals.get(furthest).operation());
            }
            Choice<S> last = chosen.removeLast();
            state = last.stateBefore;
            done.clear(last.call.id);
            last.call.match.relink();
            last.call.relink();
            entry = last.call.after;
        }
        return new Verdict.Undecided(STEPS_MAX);
    }
}
