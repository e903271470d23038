package dev.quorate.ensemble.backup;

import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.storage.EpochFiles;
import dev.quorate.ensemble.storage.SnapshotFile;
import dev.quorate.ensemble.storage.TxnLog;
import dev.quorate.ensemble.tree.DataTree;
import dev.quorate.ensemble.tree.SnapshotCursor;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.wire.MalformedRecordException;
import dev.quorate.ensemble.wire.SnapshotWire;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Joins a leader as an observer that has nothing yet (peer-protocol.md §4), writes down what it is sent, as any
/// observer does, and leaves as soon as it may serve: then everything written is committed. It votes nowhere, and
/// nobody waits for it.
public final class Observer {
    private static final int PROTOCOL_VERSION = 0x10000;
    private static final String SIGNATURE = "BenWasHere";
    /// Ids of members are small; see ConfigText.
    private static final long FIRST_ID = 1L << 32;

    private final LeaderLink leader;
    private final Path directory;
    private final TxnLog log;
    /// Proposed and not committed yet.
    private final Deque<TxnEntry> proposed = new ArrayDeque<>();
    private long lastWritten;
    /// What the leader said that its DIFF goes to.
    private long promised;

    private Observer(LeaderLink leader, Path directory) {
        this.leader = leader;
        this.directory = directory;
        this.log = new TxnLog(directory, 0, false);
    }

    /// Fills `directory`, which stands for `version-2`: a snapshot, maybe a log, epoch files. `name` makes the id under
    /// which the leader knows us: two of the same id would drive each other away.
    public static void receive(String host, int port, Greeting greeting, String name, Path directory)
            throws IOException {
        try (LeaderLink leader = new LeaderLink(host, port, greeting)) {
            Observer observer = new Observer(leader, directory);
            try (TxnLog _ = observer.log) {
                observer.receive(FIRST_ID + Integer.toUnsignedLong(name.hashCode()));
            } catch (MalformedRecordException e) {
                throw new RefusedException(host + ":" + port + " sent what no leader sends: " + e.getMessage());
            }
        }
    }

    private void receive(long id) throws IOException, MalformedRecordException {
        leader.write(new QuorumPacket.LearnerInfo(true, 0, id, PROTOCOL_VERSION, 0));
        QuorumPacket first = leader.read();
        if (!(first instanceof QuorumPacket.LeaderInfo info)) {
            throw unexpected(first, "LeaderInfo");
        }
        leader.write(new QuorumPacket.AckEpoch(0, 0));
        snapshot(leader.read());
        transactions(Zxid.of(info.epoch(), 0));
        EpochFiles epochs = new EpochFiles(directory);
        epochs.accepted(info.epoch());
        epochs.current(info.epoch());
    }

    private static MalformedRecordException unexpected(QuorumPacket packet, String instead) {
        return new MalformedRecordException(packet.getClass().getSimpleName() + " instead of " + instead);
    }

    private void snapshot(QuorumPacket packet) throws IOException, MalformedRecordException {
        switch (packet) {
            case QuorumPacket.Snap snap -> {
                SnapshotFile file = new SnapshotFile(directory, snap.zxid());
                stream(file, leader.in());
                file.finish();
                lastWritten = snap.zxid();
            }
            case QuorumPacket.Diff diff -> {
                promised = diff.zxid();
                SnapshotFile file = new SnapshotFile(directory, 0);
                SnapshotCursor empty = new SnapshotCursor(new DataTree(true));
                SnapshotChunk chunk;
                while ((chunk = empty.next(Integer.MAX_VALUE)) != null) {
                    file.write(chunk);
                }
                file.finish();
            }
            default -> throw unexpected(packet, "Snap or Diff");
        }
    }

    private static void stream(SnapshotFile file, DataInputStream in) throws IOException, MalformedRecordException {
        file.write(SnapshotWire.readHead(in));
        Chunks chunks = new Chunks(file::write, 1000);
        SnapshotChunk.Node node;
        while ((node = SnapshotWire.readNode(in)) != null) {
            chunks.add(node);
        }
        chunks.flush();
        String signature = SnapshotWire.text(in);
        if (!SIGNATURE.equals(signature)) {
            throw new MalformedRecordException("the snapshot ends with \"" + signature + "\"");
        }
        file.write(new SnapshotChunk.End(0, 0));
    }

    /// Until the leader says that we are up to date: before that, it may itself not have its quorum.
    private void transactions(long newLeaderZxid) throws IOException, MalformedRecordException {
        while (true) {
            QuorumPacket packet = leader.read();
            switch (packet) {
                case QuorumPacket.Proposal proposal -> proposed.add(proposal.entry());
                case QuorumPacket.Commit commit -> commit(commit.zxid());
                case QuorumPacket.CommitAndActivate commit -> commit(commit.zxid());
                case QuorumPacket.Inform inform -> write(inform.entry());
                case QuorumPacket.InformAndActivate inform -> write(inform.entry());
                case QuorumPacket.NewLeader _ -> leader.write(new QuorumPacket.Ack(newLeaderZxid));
                case QuorumPacket.Ping _ -> leader.write(new QuorumPacket.Ping(lastWritten, java.util.List.of()));
                case QuorumPacket.UpToDate _ -> {
                    if (lastWritten < promised) {
                        throw new MalformedRecordException(
                                "a Diff to " + Zxid.hex(promised) + " that ends at " + Zxid.hex(lastWritten));
                    }
                    return;
                }
                default -> throw unexpected(packet, "a transaction or UpToDate");
            }
        }
    }

    private void commit(long zxid) throws IOException, MalformedRecordException {
        TxnEntry entry = proposed.poll();
        if (entry == null || entry.zxid() != zxid) {
            throw new MalformedRecordException("commit of " + Zxid.hex(zxid) + ", but "
                    + (entry == null ? "nothing" : Zxid.hex(entry.zxid())) + " was proposed");
        }
        write(entry);
    }

    private void write(TxnEntry entry) throws IOException {
        if (entry.zxid() > lastWritten) {
            log.append(entry);
            lastWritten = entry.zxid();
        }
    }
}
