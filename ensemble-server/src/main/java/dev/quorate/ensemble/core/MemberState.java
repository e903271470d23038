package dev.quorate.ensemble.core;

import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.port.TxnCodec;
import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Membership;
import dev.quorate.ensemble.request.Reads;
import dev.quorate.ensemble.tree.ApplyResult;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.watch.WatchTables;
import dev.quorate.ensemble.zab.CommittedLog;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What all roles share: the tree, the log's end, the epochs, and the arguments of the step under way.
final class MemberState {
    final MemberConfig config;
    final TxnCodec codec;
    final WatchTables watches = new WatchTables();
    final CommittedLog committed;
    final Clients clients;
    final Snapshots snapshots;
    private Membership membership;
    private String configText;

    Outbox out = NoOutbox.INSTANCE;
    long now;
    long wallMillis;
    /// Of the trees before this one.
    private long digestMismatchesBefore;

    DataTree tree;
    Reads reads;
    long acceptedEpoch;
    /// The same once everything has been written that was asked for. A slow disk lets several epochs wait, and the last
    /// one must be the highest.
    long promisedEpoch;
    long currentEpoch;
    /// An epoch that somebody is known to have accepted.
    long laterEpoch;
    /// Last zxid handed to the log, and the last one that is durable; -1: nothing, and no right to vote.
    long lastLogged;
    long lastSynced;
    private long nextLink = 1;

    MemberState(MemberConfig config, Recovered recovered, TxnCodec codec, RandomGenerator random) {
        this.config = config;
        this.codec = codec;
        membership = config.membership();
        configText = ConfigText.format(membership.committed());
        committed = new CommittedLog(config.commitLogCount());
        tree = recovered.tree();
        reads = new Reads(config.requests(), tree, watches);
        recovered.recent().forEach(committed::add);
        acceptedEpoch = recovered.acceptedEpoch();
        promisedEpoch = acceptedEpoch;
        currentEpoch = recovered.currentEpoch();
        lastLogged = recovered.lastZxid();
        lastSynced = lastLogged;
        clients = new Clients(this);
        snapshots = new Snapshots(this, random, recovered.snapshotWanted());
    }

    void promise(long epoch) {
        promisedEpoch = epoch;
        out.storeAcceptedEpoch(epoch);
    }

    EnsembleConfig ensemble() {
        return membership.committed();
    }

    Membership membership() {
        return membership;
    }

    /// The configuration in force, as peers and clients read it.
    String configText() {
        return configText;
    }

    /// A configuration is proposed: from now on its quorums count too. Emitted before the txn that proposes it goes to
    /// the log, so it is on disk before that is.
    void proposed(EnsembleConfig fresh) {
        know(membership.proposed(fresh));
    }

    /// A configuration is in force. What else it means for this member, the role knows.
    void activated(EnsembleConfig fresh) {
        know(membership.activated(fresh));
    }

    /// The ensemble has gone on into an epoch whose history does not hold what was proposed in an earlier one.
    void forgetProposedBefore(long epoch) {
        if (Zxid.epoch(membership.lastSeen().version()) < epoch) {
            know(Membership.of(membership.committed()));
        }
    }

    private void know(Membership now) {
        if (!config.reconfiguration().enabled() || now.equals(membership)) {
            return;
        }
        boolean activated = now.committed().version() > membership.committed().version();
        membership = now;
        out.configChanged(now);
        if (activated) {
            configText = ConfigText.format(now.committed());
            trace("configuration " + Zxid.hex(now.committed().version()) + " is in force: participants "
                    + now.committed().voters());
            showConfig();
            clients.configShown(now.committed().version());
        }
    }

    /// The configuration that a transaction proposes; null where it does not, or not in words that we understand.
    static @Nullable EnsembleConfig configIn(TxnEntry entry) {
        return entry.txn() instanceof Txn.Reconfig reconfig && reconfig.data() != null
                ? ConfigText.parse(new String(reconfig.data(), StandardCharsets.UTF_8))
                : null;
    }

    long me() {
        return config.serverId();
    }

    /// A number for a link or a snapshot that this side names; those of the transport are its own.
    long nextLink() {
        return nextLink++;
    }

    /// Another tree takes the place of this one: a snapshot from the leader, or what was read back after a cut.
    void replaceTree(DataTree other) {
        digestMismatchesBefore += tree.digestMismatches();
        tree = other;
        reads = new Reads(config.requests(), tree, watches);
        committed.clear();
    }

    long digestMismatches() {
        return digestMismatchesBefore + tree.digestMismatches();
    }

    /// Writes to the log, in order.
    void append(TxnEntry entry) {
        EnsembleConfig fresh = configIn(entry);
        if (fresh != null) {
            proposed(fresh);
        }
        out.append(entry);
        lastLogged = entry.zxid();
    }

    /// A committed transaction takes effect: the tree changes, watches fire, whoever asked for it is answered.
    void apply(TxnEntry entry) {
        long mismatches = tree.digestMismatches();
        ApplyResult result = tree.apply(entry);
        if (mismatches == 0 && tree.digestMismatches() > 0) {
            trace("digest mismatch: this server's tree is not the leader's any more from zxid "
                    + Zxid.hex(entry.zxid()));
        }
        committed.add(entry);
        clients.applied(entry, result);
        snapshots.applied();
    }

    /// The role ends with a transaction that is logged and not known to be committed. It stands in the log, so it
    /// belongs to the history this server votes with (peer-protocol.md §8, 2845); clients are parked and learn of
    /// it
    /// only when the next leader has it too.
    void applyForElection(TxnEntry entry) {
        ApplyResult result = tree.apply(entry);
        committed.add(entry);
        clients.applied(entry, result);
    }

    /// `/zookeeper/config` shows the configuration that this server knows.
    void showConfig() {
        if (!config.standalone()) {
            tree.config(configText, ensemble().version(), wallMillis);
        }
    }

    void trace(String line) {
        out.trace(line);
    }
}
