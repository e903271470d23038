package dev.quorate.ensemble.simulation.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// ZAB without messages: what each voter has on disk, what each epoch has proposed, and which steps there are. A step
/// that the paper does not allow is [NotAllowed].
///
/// A voter's state is the paper's: `accepted` is f.p, the last epoch promised; `current` is f.a, the epoch of the last
/// NEWLEADER accepted; `history` is h_f. An epoch has one sequence: the history its leader began with, then what it
/// proposed. All that a voter ever does is to promise an epoch, to copy a prefix of that epoch's sequence, and to make
/// the epoch current once it has what the leader began with.
public final class AbstractZab {
    private static final class Voter {
        long accepted;
        long current;
        List<Long> history = new ArrayList<>();

        long last() {
            return history.isEmpty() ? 0 : history.getLast();
        }
    }

    /// What a voter told when it promised an epoch: ACKEPOCH(f.a, h_f).
    private record Promise(long current, long last) {
        boolean isAtMost(long otherCurrent, long otherLast) {
            return current < otherCurrent || (current == otherCurrent && last <= otherLast);
        }
    }

    private static final class Epoch {
        final Map<Integer, Promise> promises = new HashMap<>();
        int leader = -1;
        int initial;
        final List<Long> sequence = new ArrayList<>();
        final Map<Long, Integer> places = new HashMap<>();
        /// Who has made it current, and how much of the sequence each has held while it was in this epoch.
        final Map<Integer, Integer> held = new HashMap<>();

        void add(long zxid) {
            places.put(zxid, sequence.size());
            sequence.add(zxid);
        }
    }

    private final Predicate<Set<Integer>> quorum;
    private final Map<Integer, Voter> voters = new HashMap<>();
    private final SortedMap<Long, Epoch> epochs = new TreeMap<>();
    /// What anybody has delivered, in order: one sequence for all.
    private final List<Long> delivered = new ArrayList<>();
    /// In which epoch each was delivered first.
    private final List<Long> deliveredIn = new ArrayList<>();
    private final Map<Integer, Integer> deliveredBy = new HashMap<>();

    public AbstractZab(Predicate<Set<Integer>> quorum) {
        this.quorum = quorum;
    }

    private Voter voter(int server) {
        return voters.computeIfAbsent(server, key -> new Voter());
    }

    private Epoch epoch(long number) {
        return epochs.computeIfAbsent(number, key -> new Epoch());
    }

    // --- discovery

    /// f.p := epoch, on disk; what the voter tells its leader is its state of now. It may write the same epoch again
    /// when
    /// it lost a leader before it could tell.
    public void promised(int server, long epoch) {
        Voter voter = voter(server);
        NotAllowed.unless(
                epoch >= voter.accepted, "server %d promises epoch %d after epoch %d", server, epoch, voter.accepted);
        voter.accepted = epoch;
        epoch(epoch).promises.put(server, new Promise(voter.current, voter.last()));
    }

    // --- synchronisation

    /// A leader begins its epoch with this history: a quorum has promised it the epoch, and nobody in it knew more.
    public void leads(int server, long number, List<Long> history) {
        Epoch epoch = epoch(number);
        NotAllowed.unless(epoch.leader < 0, "servers %d and %d lead epoch %d", epoch.leader, server, number);
        long last = history.isEmpty() ? 0 : history.getLast();
        Set<Integer> behind = new HashSet<>();
        epoch.promises.forEach((other, promise) -> {
            if (promise.isAtMost(voter(server).current, last)) {
                behind.add(other);
            }
        });
        NotAllowed.unless(
                behind.contains(server) && quorum.test(behind),
                "server %d leads epoch %d with epoch %d and history to %x, promised by %s",
                server,
                number,
                voter(server).current,
                last,
                epoch.promises);
        NotAllowed.unless(
                isPrefix(deliveredBefore(number), history),
                "server %d leads epoch %d without what was delivered before: %s",
                server,
                number,
                history);
        epoch.leader = server;
        history.forEach(epoch::add);
        epoch.initial = history.size();
    }

    /// A leader that stood still may begin when a later epoch has begun already; of that it need not know.
    private List<Long> deliveredBefore(long number) {
        int count = 0;
        while (count < delivered.size() && deliveredIn.get(count) < number) {
            count++;
        }
        return delivered.subList(0, count);
    }

    /// f.a := epoch, on disk.
    public void madeCurrent(int server, long number) {
        Voter voter = voter(server);
        Epoch epoch = epoch(number);
        NotAllowed.unless(
                voter.accepted == number,
                "server %d makes epoch %d current, but has promised epoch %d",
                server,
                number,
                voter.accepted);
        NotAllowed.unless(epoch.leader >= 0, "server %d makes epoch %d current, which nobody leads", server, number);
        NotAllowed.unless(
                voter.history.size() >= epoch.initial && isPrefix(voter.history, epoch.sequence),
                "server %d makes epoch %d current with history %s, its leader %d began with %d of %s",
                server,
                number,
                voter.history,
                epoch.leader,
                epoch.initial,
                epoch.sequence);
        voter.current = number;
        epoch.held.put(server, voter.history.size());
    }

    /// A voter that has no note of its epoch takes it from its history: who has a transaction of an epoch has what its
    /// leader began with.
    public void tookEpochFromHistory(int server, long number) {
        Epoch epoch = epoch(number);
        Voter voter = voter(server);
        NotAllowed.unless(
                epoch.leader >= 0 && isPrefix(epoch.sequence.subList(0, epoch.initial), voter.history),
                "server %d takes epoch %d from a history that is not its: %s",
                server,
                number,
                voter.history);
        voter.current = number;
    }

    // --- broadcast

    /// The leader proposes the next transaction of its epoch; a quorum has its history by then.
    public void proposed(int server, long number, long zxid) {
        Epoch epoch = epoch(number);
        NotAllowed.unless(
                epoch.leader == server, "server %d proposes %x, epoch %d is not its own", server, zxid, number);
        NotAllowed.unless(
                quorum.test(epoch.held.keySet()),
                "server %d proposes %x before a quorum has its history",
                server,
                zxid);
        long next = epoch.sequence.size() == epoch.initial ? (number << 32) + 1 : epoch.sequence.getLast() + 1;
        NotAllowed.unless(zxid == next, "server %d proposes %x where %x is next", server, zxid, next);
        epoch.add(zxid);
    }

    /// The disk of a voter holds exactly this now. What is new goes on in the sequence of the epoch it has promised;
    /// what is gone, no quorum needs.
    public void holds(int server, List<Long> history) {
        Voter voter = voter(server);
        int common = 0;
        while (common < history.size()
                && common < voter.history.size()
                && history.get(common).equals(voter.history.get(common))) {
            common++;
        }
        if (common < voter.history.size()) {
            voter.history = new ArrayList<>(voter.history.subList(0, common));
            counted(server, voter);
            NotAllowed.unless(
                    quorum.test(holdersOfDelivered()),
                    "server %d keeps %d transactions, and no quorum has all that was delivered any more",
                    server,
                    common);
        }
        for (long zxid : history.subList(common, history.size())) {
            appended(server, zxid);
        }
    }

    /// One more transaction is on the disk of a voter.
    public void appended(int server, long zxid) {
        Voter voter = voter(server);
        List<Long> sequence = epoch(voter.accepted).sequence;
        int place = voter.history.size();
        NotAllowed.unless(
                place < sequence.size()
                        && sequence.get(place) == zxid
                        && (place == 0 || sequence.get(place - 1) == voter.last()),
                "server %d logs %x after %x, which epoch %d does not have there: %s",
                server,
                zxid,
                voter.last(),
                voter.accepted,
                sequence);
        voter.history.add(zxid);
        counted(server, voter);
    }

    private void counted(int server, Voter voter) {
        if (voter.current == voter.accepted) {
            epoch(voter.current).held.replace(server, voter.history.size());
        }
    }

    // --- delivery

    /// A server of this epoch shows everything up to a transaction; observers do as well.
    public void delivers(int server, long number, long zxid) {
        if (zxid == 0) {
            return;
        }
        Epoch epoch = epoch(number);
        Integer place = epoch.places.get(zxid);
        NotAllowed.unless(place != null, "server %d delivers %x, which is not in its epoch %d", server, zxid, number);
        int last = place == null ? 0 : place;
        if (last >= delivered.size()) {
            chosen(server, number, epoch, last);
        }
        NotAllowed.unless(
                delivered.get(last) == zxid,
                "server %d delivers %x where %x was delivered before",
                server,
                zxid,
                delivered.get(last));
        Integer before = deliveredBy.put(server, last);
        NotAllowed.unless(before == null || before <= last, "server %d goes back to %x", server, zxid);
    }

    /// Nobody has delivered this yet: a quorum holds it in this epoch, and every later epoch has it.
    private void chosen(int server, long number, Epoch epoch, int last) {
        Set<Integer> holders = new HashSet<>();
        epoch.held.forEach((voter, held) -> {
            if (held > last) {
                holders.add(voter);
            }
        });
        NotAllowed.unless(
                quorum.test(holders),
                "server %d delivers %x, which only %s have in epoch %d",
                server,
                epoch.sequence.get(last),
                holders,
                number);
        NotAllowed.unless(
                isPrefix(delivered, epoch.sequence), "server %d delivers another past than others have", server);
        while (delivered.size() <= last) {
            delivered.add(epoch.sequence.get(delivered.size()));
            deliveredIn.add(number);
        }
        epochs.tailMap(number + 1)
                .forEach((later, one) -> NotAllowed.unless(
                        one.leader < 0 || isPrefix(delivered, one.sequence),
                        "server %d delivers %x in epoch %d, but epoch %d has begun without",
                        server,
                        epoch.sequence.get(last),
                        number,
                        later));
    }

    private Set<Integer> holdersOfDelivered() {
        Set<Integer> holders = new HashSet<>();
        voters.forEach((server, voter) -> {
            if (isPrefix(delivered, voter.history)) {
                holders.add(server);
            }
        });
        return holders;
    }

    /// What a server had delivered is in its memory only.
    public void crashed(int server) {
        deliveredBy.remove(server);
    }

    private static boolean isPrefix(List<Long> begin, List<Long> of) {
        return begin.size() <= of.size() && of.subList(0, begin.size()).equals(begin);
    }

    /// Everything delivered so far, in order.
    public List<Long> delivered() {
        return delivered;
    }

    /// Where a server stands, for people.
    public @Nullable String describe(int server) {
        Voter voter = voters.get(server);
        return voter == null
                ? null
                : "promised epoch %d, current epoch %d, history to %x"
                        .formatted(voter.accepted, voter.current, voter.last());
    }
}
