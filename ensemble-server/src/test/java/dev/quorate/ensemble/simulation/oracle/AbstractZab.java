package dev.quorate.ensemble.simulation.oracle;

import dev.quorate.ensemble.message.ClientRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// ZAB without messages: what each server has on disk, what each epoch has proposed, and which steps there are. A step
/// that the papers do not allow is [NotAllowed].
///
/// A server's state is that of the first paper: `accepted` is f.p, the last epoch promised; `current` is f.a, the epoch
/// of the last NEWLEADER accepted; `history` is h_f. An epoch has one sequence: the history its leader began with, then
/// what it proposed. All that a server ever does is to promise an epoch, to copy a prefix of that epoch's sequence, and
/// to make the epoch current once it has what the leader began with.
///
/// Reconfiguration is that of the second paper (Shraer, Reed, Malkhi, Junqueira 2012) with what peer-protocol.md §7
/// adds. A server has two configurations on disk, the one in force and the last that was seen. A reconfiguration, and
/// whatever is proposed before it is in force, needs a quorum of the old and one of the new configuration; only then
/// the new one is in force anywhere. An epoch needs quorums of both as long as its leader knows of two.
public final class AbstractZab {
    private static final class Server {
        long accepted;
        long current;
        List<Long> history = new ArrayList<>();
        /// Versions of the configurations on its disk.
        long committed;
        long lastSeen;

        long last() {
            return history.isEmpty() ? 0 : history.getLast();
        }
    }

    private final Configuration first;
    private final boolean reconfigures;
    private final Map<Integer, Configuration> own = new HashMap<>();
    private final Map<Integer, Server> servers = new HashMap<>();
    private final SortedMap<Long, Epoch> epochs = new TreeMap<>();
    private final Map<Long, Configuration> configurations = new HashMap<>();
    /// Versions that have been in force somewhere.
    private final SortedSet<Long> inForce = new TreeSet<>();
    /// What anybody has delivered, in order: one sequence for all.
    private final List<Long> delivered = new ArrayList<>();
    /// In which epoch each was delivered first.
    private final List<Long> deliveredIn = new ArrayList<>();
    private final Map<Integer, Integer> deliveredBy = new HashMap<>();

    /// `first` is what the members begin with; `reconfigures`: it will get a version with the first leader.
    public AbstractZab(Configuration first, boolean reconfigures) {
        this.first = first;
        this.reconfigures = reconfigures;
        configurations.put(0L, first);
        inForce.add(0L);
    }

    /// A server that `first` does not list begins with a configuration of its own.
    public void startsWith(int server, Configuration itsOwn) {
        own.put(server, itsOwn);
    }

    private Server server(int id) {
        return servers.computeIfAbsent(id, key -> new Server());
    }

    private Epoch epoch(long number) {
        return epochs.computeIfAbsent(number, key -> new Epoch());
    }

    private boolean isObserver(int id) {
        return configuration(id, server(id).committed).isObserver(id);
    }

    /// By the configurations that it knows.
    private boolean hasVote(int id) {
        return configuration(id, server(id).committed).isVoter(id)
                || configuration(id, server(id).lastSeen).isVoter(id);
    }

    // --- configurations

    private Configuration configuration(int id, long version) {
        Configuration found = version == 0 ? own.getOrDefault(id, first) : configurations.get(version);
        if (found == null && (int) version == 0 && server(id).committed == 0) {
            // The first leader gives a version to what there is.
            found = configuration(id, 0).withVersion(version);
            configurations.put(version, found);
        }
        if (found == null) {
            throw new NotAllowed("server %d knows configuration %x, which nobody has proposed".formatted(id, version));
        }
        return found;
    }

    /// A server has these configurations on disk. None is forgotten but one that the history of a later epoch is
    /// without.
    public void knows(int id, long committed, long lastSeen) {
        Server server = server(id);
        NotAllowed.unless(
                committed >= server.committed && inForce.contains(committed),
                "server %d goes from configuration %x to %x, in force were %s",
                id,
                server.committed,
                committed,
                inForce);
        if (lastSeen < server.lastSeen) {
            Epoch epoch = epoch(server.current);
            NotAllowed.unless(
                    server.current > epochOf(server.lastSeen) && !epoch.knows(server.lastSeen),
                    "server %d forgets configuration %x in epoch %d",
                    id,
                    server.lastSeen,
                    server.current);
        }
        configuration(id, lastSeen);
        server.committed = committed;
        server.lastSeen = lastSeen;
    }

    private static long epochOf(long zxid) {
        return zxid >> 32;
    }

    /// A configuration is in force at a server, which leads that epoch (or none: -1). The first time, quorums of it and
    /// of the one before hold the reconfiguration, or have begun an epoch with it.
    public void activates(int id, long leads, long version) {
        Configuration configuration = configuration(id, version);
        NotAllowed.unless(
                inForce.contains(version) || epochs.values().stream().anyMatch(epoch -> epoch.hasAgreedOn(version)),
                "configuration %x is in force at server %d before quorums of both have it",
                version,
                id);
        inForce.add(version);
        Epoch epoch = epochs.get(leads);
        if (epoch != null) {
            epoch.activate(configuration);
        }
    }

    /// The leader puts a reconfiguration in force and names the leader from then on: a voter that has it. It commits
    /// nothing more if that is somebody else.
    public void handsOver(int id, long number, long version, int to) {
        Epoch epoch = epoch(number);
        Integer place = epoch.places.get(version);
        NotAllowed.unless(
                place != null, "server %d puts %x in force, which epoch %d does not have", id, version, number);
        int reconfiguration = place == null ? 0 : place;
        NotAllowed.unless(
                configuration(id, version).isVoter(to)
                        && (to == id || epoch.held.getOrDefault(to, 0) > reconfiguration),
                "server %d hands over to server %d at %x, which has %s",
                id,
                to,
                version,
                epoch.held.get(to));
        if (to != id) {
            epoch.end = reconfiguration;
        }
    }

    // --- discovery

    /// f.p := epoch, on disk; what the server tells its leader is its state of now. It may write the same epoch again
    /// when it lost a leader before it could tell. What an observer promises binds it to nothing, and does not
    /// count.
    public void promised(int id, long epoch) {
        Server server = server(id);
        NotAllowed.unless(
                epoch >= server.accepted, "server %d promises epoch %d after epoch %d", id, epoch, server.accepted);
        server.accepted = epoch;
        if (!isObserver(id)) {
            epoch(epoch).promises.put(id, new Epoch.Promise(server.current, server.last(), server.committed));
        }
    }

    // --- synchronisation

    /// A leader begins its epoch with this history, knowing these configurations: quorums of both have promised it the
    /// epoch, and of the last one in force that it might have missed, and nobody in them knew more. Who votes in
    /// the
    /// proposed configuration only may have more in its log: that was committed without the one in force only if
    /// the
    /// proposed one came into force, and then whoever has acknowledged it knows that, and promises nothing.
    public void leads(int id, long number, List<Long> history, long committed, long lastSeen) {
        Epoch epoch = epoch(number);
        NotAllowed.unless(epoch.leader < 0, "servers %d and %d lead epoch %d", epoch.leader, id, number);
        NotAllowed.unless(
                lastSeen != 0 || !reconfigures, "epoch %d begins with a configuration without a version", number);
        for (long zxid : history) {
            NotAllowed.unless(
                    zxid <= lastSeen || !configurations.containsKey(zxid),
                    "server %d leads epoch %d with configuration %x, its history has a later one, %x",
                    id,
                    number,
                    lastSeen,
                    zxid);
        }
        Configuration pending = configuration(id, lastSeen);
        Configuration last = configuration(id, inForce.headSet(lastSeen + 1).last());
        Configuration current = configuration(id, committed);
        List<Configuration> needed = List.of(current, last, pending);
        long end = history.isEmpty() ? 0 : history.getLast();
        Set<Integer> behind = new HashSet<>();
        epoch.promises.forEach((other, promise) -> {
            long most = current.isVoter(other) ? end : Long.MAX_VALUE;
            if (promise.isAtMost(server(id).current, most) && promise.inForce() <= committed) {
                behind.add(other);
            }
        });
        NotAllowed.unless(
                behind.contains(id) && needed.stream().allMatch(one -> one.isQuorum(behind)),
                "server %d leads epoch %d with epoch %d and history to %x, promised by %s, needed %s",
                id,
                number,
                server(id).current,
                end,
                epoch.promises,
                needed);
        NotAllowed.unless(
                isPrefix(deliveredBefore(number), history),
                "server %d leads epoch %d without what was delivered before: %s",
                id,
                number,
                history);
        epoch.begin(id, history, needed, pending);
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
    public void madeCurrent(int id, long number) {
        Server server = server(id);
        Epoch epoch = epoch(number);
        NotAllowed.unless(
                server.accepted == number || (!hasVote(id) && number >= server.current),
                "server %d makes epoch %d current, but has promised epoch %d",
                id,
                number,
                server.accepted);
        NotAllowed.unless(epoch.leader >= 0, "server %d makes epoch %d current, which nobody leads", id, number);
        NotAllowed.unless(
                server.history.size() >= epoch.initial && isPrefix(server.history, epoch.sequence),
                "server %d makes epoch %d current with history %s, its leader %d began with %d of %s",
                id,
                number,
                server.history,
                epoch.leader,
                epoch.initial,
                epoch.sequence);
        server.current = number;
        epoch.held.put(id, server.history.size());
    }

    /// A server that has no note of its epoch takes it from its history: who has a transaction of an epoch has what its
    /// leader began with.
    public void tookEpochFromHistory(int id, long number) {
        Epoch epoch = epoch(number);
        Server server = server(id);
        NotAllowed.unless(
                epoch.leader >= 0 && isPrefix(epoch.sequence.subList(0, epoch.initial), server.history),
                "server %d takes epoch %d from a history that is not its: %s",
                id,
                number,
                server.history);
        server.current = number;
    }

    // --- broadcast

    /// The leader proposes the next transaction of its epoch; quorums have its history by then.
    public void proposed(int id, long number, long zxid) {
        Epoch epoch = epoch(number);
        NotAllowed.unless(epoch.leader == id, "server %d proposes %x, epoch %d is not its own", id, zxid, number);
        NotAllowed.unless(
                epoch.hasBegun(), "server %d proposes %x before a quorum has its history: %s", id, zxid, epoch.held);
        long next = epoch.sequence.size() == epoch.initial ? (number << 32) + 1 : epoch.sequence.getLast() + 1;
        NotAllowed.unless(zxid == next, "server %d proposes %x where %x is next", id, zxid, next);
        epoch.propose(zxid);
    }

    /// What is proposed is another configuration, because a client has asked for it; one at a time.
    public void reconfigures(int id, long number, long zxid, ClientRequest.Reconfig request, String text) {
        Epoch epoch = epoch(number);
        Configuration now = epoch.inForce(first);
        Configuration next = Configuration.parse(text);
        Configuration due = now.after(request, zxid);
        NotAllowed.unless(
                epoch.underWay == null, "server %d proposes %x while %s is under way", id, zxid, epoch.underWay);
        NotAllowed.unless(
                request.configVersion() == -1 || request.configVersion() == now.version(),
                "server %d proposes %x, asked for was a change of version %x, not of %s",
                id,
                zxid,
                request.configVersion(),
                now);
        NotAllowed.unless(
                next.version() == zxid && next.lines().equals(due.lines()),
                "server %d proposes %s, due was %s",
                id,
                next,
                due);
        configurations.put(zxid, next);
        epoch.underWay = next;
        proposed(id, number, zxid);
    }

    /// The disk of a server holds exactly this now. What is new goes on in the sequence of the epoch it has promised;
    /// what is gone, no quorum needs.
    public void holds(int id, List<Long> history) {
        Server server = server(id);
        int common = 0;
        while (common < history.size()
                && common < server.history.size()
                && history.get(common).equals(server.history.get(common))) {
            common++;
        }
        if (common < server.history.size()) {
            server.history = new ArrayList<>(server.history.subList(0, common));
            counted(id, server);
            NotAllowed.unless(
                    configuration(id, inForce.last()).isQuorum(holdersOfDelivered()),
                    "server %d keeps %d transactions, and no quorum has all that was delivered any more",
                    id,
                    common);
        }
        for (long zxid : history.subList(common, history.size())) {
            appended(id, zxid);
        }
    }

    /// One more transaction is on the disk of a server. If it is a reconfiguration, the configuration is there already.
    public void appended(int id, long zxid) {
        Server server = server(id);
        NotAllowed.unless(
                followed(id, server).stream().anyMatch(epoch -> epoch.goesOn(server.history, zxid)),
                "server %d logs %x after %x, which epoch %d does not have there: %s",
                id,
                zxid,
                server.last(),
                server.accepted,
                epoch(server.accepted).sequence);
        NotAllowed.unless(
                zxid <= server.lastSeen || !configurations.containsKey(zxid),
                "server %d has configuration %x in its history, but the last one that it knows is %x",
                id,
                zxid,
                server.lastSeen);
        server.history.add(zxid);
        counted(id, server);
    }

    /// The epochs whose sequence it may copy.
    private List<Epoch> followed(int id, Server server) {
        return !hasVote(id) ? List.copyOf(epochs.tailMap(server.current).values()) : List.of(epoch(server.accepted));
    }

    private void counted(int id, Server server) {
        if (server.current == server.accepted) {
            epoch(server.current).held.replace(id, server.history.size());
        }
    }

    // --- delivery

    /// A server of this epoch shows everything up to a transaction; observers do as well.
    public void delivers(int id, long number, long zxid) {
        if (zxid == 0) {
            return;
        }
        Epoch epoch = epoch(number);
        Integer place = epoch.places.get(zxid);
        NotAllowed.unless(place != null, "server %d delivers %x, which is not in its epoch %d", id, zxid, number);
        int last = place == null ? 0 : place;
        if (last >= delivered.size()) {
            chosen(id, number, epoch, last);
        }
        NotAllowed.unless(
                delivered.get(last) == zxid,
                "server %d delivers %x where %x was delivered before",
                id,
                zxid,
                delivered.get(last));
        Integer before = deliveredBy.put(id, last);
        NotAllowed.unless(before == null || before <= last, "server %d goes back to %x", id, zxid);
    }

    /// Nobody has delivered this yet: quorums hold it in this epoch, and every later epoch has it.
    private void chosen(int id, long number, Epoch epoch, int last) {
        NotAllowed.unless(
                epoch.isChosen(last),
                "server %d delivers %x, which only %s have in epoch %d",
                id,
                epoch.sequence.get(last),
                epoch.holders(last),
                number);
        NotAllowed.unless(isPrefix(delivered, epoch.sequence), "server %d delivers another past than others have", id);
        while (delivered.size() <= last) {
            delivered.add(epoch.sequence.get(delivered.size()));
            deliveredIn.add(number);
        }
        epochs.tailMap(number + 1)
                .forEach((later, one) -> NotAllowed.unless(
                        one.leader < 0 || isPrefix(delivered, one.sequence),
                        "server %d delivers %x in epoch %d, but epoch %d has begun without",
                        id,
                        epoch.sequence.get(last),
                        number,
                        later));
    }

    private Set<Integer> holdersOfDelivered() {
        Set<Integer> holders = new HashSet<>();
        servers.forEach((id, server) -> {
            if (isPrefix(delivered, server.history)) {
                holders.add(id);
            }
        });
        return holders;
    }

    /// What a server had delivered is in its memory only.
    public void crashed(int id) {
        deliveredBy.remove(id);
    }

    private static boolean isPrefix(List<Long> begin, List<Long> of) {
        return begin.size() <= of.size() && of.subList(0, begin.size()).equals(begin);
    }

    /// Everything delivered so far, in order.
    public List<Long> delivered() {
        return delivered;
    }

    /// Where a server stands, for people.
    public @Nullable String describe(int id) {
        Server server = servers.get(id);
        return server == null
                ? null
                : "promised epoch %d, current epoch %d, history to %x, configurations %x and %x"
                        .formatted(server.accepted, server.current, server.last(), server.committed, server.lastSeen);
    }
}
