package dev.quorate.ensemble.wire;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.Stat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The records that several protocols share (client-protocol.md §5).
final class AclWire {
    /// perms and two string lengths
    private static final int ACL_BYTES_MIN = 12;

    private AclWire() {}

    static void writeAcls(JuteWriter out, List<Acl> acls) {
        out.writeInt(acls.size());
        for (int i = 0; i < acls.size(); i++) {
            Acl acl = acls.get(i);
            out.writeInt(acl.perms());
            writeId(out, acl.id());
        }
    }

    static @Nullable List<Acl> readAcls(JuteReader in) throws MalformedRecordException {
        int count = in.readCount(ACL_BYTES_MIN);
        if (count < 0) {
            return null;
        }
        List<Acl> acls = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int perms = in.readInt();
            acls.add(new Acl(perms, readId(in)));
        }
        return acls;
    }

    static void writeId(JuteWriter out, AuthId id) {
        out.writeString(id.scheme()).writeString(id.id());
    }

    static AuthId readId(JuteReader in) throws MalformedRecordException {
        String scheme = in.readString();
        return new AuthId(scheme, in.readString());
    }

    static void writeStat(JuteWriter out, Stat stat) {
        out.writeLong(stat.czxid())
                .writeLong(stat.mzxid())
                .writeLong(stat.ctime())
                .writeLong(stat.mtime())
                .writeInt(stat.version())
                .writeInt(stat.cversion())
                .writeInt(stat.aversion())
                .writeLong(stat.ephemeralOwner())
                .writeInt(stat.dataLength())
                .writeInt(stat.numChildren())
                .writeLong(stat.pzxid());
    }
}
