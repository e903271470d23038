package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.PersistedStat;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Digest of a single znode: CRC-32 of path, data and the 60 bytes of its stat (storage-formats.md §7). Keeps its
/// buffer, so that each owner has its own.
public final class NodeDigest {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int STAT_BYTES = 60;

    private final CRC32 crc = new CRC32();
    private byte[] buffer = new byte[256];

    /// Of a znode that is not in a tree yet.
    public int of(String key, byte @Nullable [] data, PersistedStat stat) {
        return of(new Znode(key, data, 0, stat));
    }

    /// 0 for what ensembles keep to themselves below `/zookeeper`.
    int of(Znode node) {
        String key = node.key;
        if (key.startsWith("/zookeeper/")) {
            return 0;
        }
        crc.reset();
        updatePath(key);
        if (node.data != null) {
            crc.update(node.data);
        }
        LONG.set(buffer, 0, node.czxid);
        LONG.set(buffer, 8, node.mzxid);
        LONG.set(buffer, 16, node.pzxid);
        LONG.set(buffer, 24, node.ctime);
        LONG.set(buffer, 32, node.mtime);
        INT.set(buffer, 40, node.version);
        INT.set(buffer, 44, node.createCount);
        INT.set(buffer, 48, node.aversion);
        LONG.set(buffer, 52, node.owner);
        crc.update(buffer, 0, STAT_BYTES);
        return (int) crc.getValue();
    }

    private void updatePath(String key) {
        int length = key.length();
        if (buffer.length < length) {
            buffer = new byte[length * 2];
        }
        for (int i = 0; i < length; i++) {
            char c = key.charAt(i);
            if (c >= 0x80) {
                crc.update(key.getBytes(StandardCharsets.UTF_8));
                return;
            }
            buffer[i] = (byte) c;
        }
        crc.update(buffer, 0, length);
    }
}
