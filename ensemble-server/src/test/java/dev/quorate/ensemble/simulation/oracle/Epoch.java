package dev.quorate.ensemble.simulation.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One epoch: who has promised it, what it is made of, and who has how much of that.
final class Epoch {
    /// What a server told when it promised an epoch: ACKEPOCH(f.a, h_f), and the configuration that was in force for
    /// it.
    record Promise(long current, long last, long inForce) {
        boolean isAtMost(long otherCurrent, long otherLast) {
            return current < otherCurrent || (current == otherCurrent && last <= otherLast);
        }
    }

    final Map<Integer, Promise> promises = new HashMap<>();
    int leader = -1;
    int initial;
    final List<Long> sequence = new ArrayList<>();
    final Map<Long, Integer> places = new HashMap<>();
    /// Which quorums each place needs.
    final List<List<Configuration>> needed = new ArrayList<>();
    /// Who has made it current, and how much of the sequence each has held while it was in this epoch.
    final Map<Integer, Integer> held = new HashMap<>();

    private List<Configuration> begins = List.of();
    private @Nullable Configuration pending;
    private @Nullable Configuration inForce;

    @Nullable
    Configuration underWay;

    /// Where its leader has handed over.
    int end = Integer.MAX_VALUE;

    void begin(int id, List<Long> history, List<Configuration> quorums, Configuration withPending) {
        leader = id;
        begins = quorums;
        pending = withPending;
        inForce = withPending;
        history.forEach(zxid -> add(zxid, quorums));
        initial = history.size();
    }

    private void add(long zxid, List<Configuration> quorums) {
        places.put(zxid, sequence.size());
        sequence.add(zxid);
        needed.add(quorums);
    }

    Configuration inForce(Configuration otherwise) {
        return inForce == null ? otherwise : inForce;
    }

    void propose(long zxid) {
        Configuration old = inForce;
        Configuration next = underWay;
        if (old != null) {
            add(zxid, next == null ? List.of(old) : List.of(old, next));
        }
    }

    void activate(Configuration configuration) {
        if (configuration.equals(underWay)) {
            inForce = configuration;
            underWay = null;
        }
    }

    /// It began with this configuration, or has it in its sequence.
    boolean knows(long version) {
        return (pending != null && pending.version() == version) || places.containsKey(version);
    }

    boolean hasBegun() {
        return leader >= 0 && begins.stream().allMatch(one -> one.isQuorum(held.keySet()));
    }

    boolean hasAgreedOn(long version) {
        Integer place = places.get(version);
        return (pending != null && pending.version() == version && hasBegun()) || (place != null && isChosen(place));
    }

    /// Whoever holds a transaction holds all before it: so the quorums that a later one needs will do as well.
    boolean isChosen(int place) {
        for (int later = place; later < sequence.size() && place <= end; later++) {
            Set<Integer> holders = holders(later);
            if (needed.get(later).stream().allMatch(one -> one.isQuorum(holders))) {
                return true;
            }
        }
        return false;
    }

    Set<Integer> holders(int place) {
        Set<Integer> holders = new HashSet<>();
        held.forEach((id, count) -> {
            if (count > place) {
                holders.add(id);
            }
        });
        return holders;
    }

    /// Whether this history and then this transaction is what the sequence says.
    boolean goesOn(List<Long> history, long zxid) {
        int place = history.size();
        return place < sequence.size()
                && sequence.get(place) == zxid
                && (place == 0 || sequence.get(place - 1).equals(history.getLast()));
    }
}
