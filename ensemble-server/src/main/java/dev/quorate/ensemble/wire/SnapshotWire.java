package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.message.SnapshotChunk.Node;
import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.PersistedStat;
import java.io.DataInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The part that snapshot files and SNAP streams share: sessions, ACL table, nodes, the end mark (storage-formats.md
/// §4.1, peer-protocol.md §4.3). Headers, seals and the signature are their callers'.
public final class SnapshotWire {
    /// Ends the list of nodes; the root itself has the path "".
    public static final String END_OF_NODES = "/";

    private static final int STRING_BYTES_MAX = 64 << 20;

    private SnapshotWire() {}

    public static void writeHead(JuteWriter out, SnapshotChunk.Head head) {
        out.writeInt(head.sessions().size());
        head.sessions().forEach((session, timeout) -> out.writeLong(session).writeInt(timeout));
        out.writeInt(head.acls().size());
        head.acls().forEach((id, acls) -> {
            out.writeLong(id);
            AclWire.writeAcls(out, acls);
        });
    }

    public static void writeNode(JuteWriter out, Node node) {
        PersistedStat stat = node.stat();
        out.writeString(node.path()).writeBuffer(node.data()).writeLong(node.aclId());
        out.writeLong(stat.czxid())
                .writeLong(stat.mzxid())
                .writeLong(stat.ctime())
                .writeLong(stat.mtime());
        out.writeInt(stat.version()).writeInt(stat.createCount()).writeInt(stat.aversion());
        out.writeLong(stat.owner()).writeLong(stat.pzxid());
    }

    public static SnapshotChunk.Head readHead(DataInput in) throws IOException, MalformedRecordException {
        Map<Long, Integer> sessions = new LinkedHashMap<>();
        for (int i = count(in, "sessions"); i > 0; i--) {
            long id = in.readLong();
            sessions.put(id, in.readInt());
        }
        Map<Long, List<Acl>> acls = new LinkedHashMap<>();
        for (int i = count(in, "ACLs"); i > 0; i--) {
            long id = in.readLong();
            List<Acl> entries = new ArrayList<>();
            for (int j = count(in, "entries of an ACL"); j > 0; j--) {
                int perms = in.readInt();
                String scheme = text(in);
                entries.add(new Acl(perms, new AuthId(scheme, text(in))));
            }
            acls.put(id, List.copyOf(entries));
        }
        return new SnapshotChunk.Head(sessions, acls);
    }

    /// The next node, null at the end mark.
    public static @Nullable Node readNode(DataInput in) throws IOException, MalformedRecordException {
        String path = text(in);
        if (path == null) {
            throw new MalformedRecordException("node without a path");
        }
        if (path.equals(END_OF_NODES)) {
            return null;
        }
        byte[] data = buffer(in, "data of " + path);
        long aclId = in.readLong();
        long czxid = in.readLong();
        long mzxid = in.readLong();
        long ctime = in.readLong();
        long mtime = in.readLong();
        int version = in.readInt();
        int createCount = in.readInt();
        int aversion = in.readInt();
        long owner = in.readLong();
        return new Node(
                path,
                data,
                aclId,
                new PersistedStat(czxid, mzxid, ctime, mtime, version, createCount, aversion, owner, in.readLong()));
    }

    private static int count(DataInput in, String what) throws IOException, MalformedRecordException {
        int count = in.readInt();
        if (count < 0) {
            throw new MalformedRecordException("number of " + what + " is " + count);
        }
        return count;
    }

    public static @Nullable String text(DataInput in) throws IOException, MalformedRecordException {
        byte[] bytes = buffer(in, "string");
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] buffer(DataInput in, String what) throws IOException, MalformedRecordException {
        int length = in.readInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > STRING_BYTES_MAX) {
            throw new MalformedRecordException("length of " + what + " is " + length);
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
