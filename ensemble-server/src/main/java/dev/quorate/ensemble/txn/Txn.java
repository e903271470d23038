package dev.quorate.ensemble.txn;

import dev.quorate.ensemble.model.Acl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a transaction does, with absolute values (versions, counters), so that applying it twice is harmless
/// (storage-formats.md §3, §6). `type()` is the number in headers and inside multis.
public sealed interface Txn {
    int type();

    /// `create2` tells type 15 from type 1: alike but for replay of an existing node. `parentCreateCount` is the
    /// parent's absolute new create counter, -1 in old logs.
    record Create(
            String path,
            byte @Nullable [] data,
            List<Acl> acl,
            boolean ephemeral,
            int parentCreateCount,
            boolean create2)
            implements Txn {
        @Override
        public int type() {
            return create2 ? 15 : 1;
        }
    }

    record CreateContainer(String path, byte @Nullable [] data, List<Acl> acl, int parentCreateCount) implements Txn {
        @Override
        public int type() {
            return 19;
        }
    }

    record CreateTtl(String path, byte @Nullable [] data, List<Acl> acl, int parentCreateCount, long ttlMillis)
            implements Txn {
        @Override
        public int type() {
            return 21;
        }
    }

    record Delete(String path) implements Txn {
        @Override
        public int type() {
            return 2;
        }
    }

    record DeleteContainer(String path) implements Txn {
        @Override
        public int type() {
            return 20;
        }
    }

    record SetData(String path, byte @Nullable [] data, int version) implements Txn {
        @Override
        public int type() {
            return 5;
        }
    }

    record Reconfig(String path, byte @Nullable [] data, int version) implements Txn {
        @Override
        public int type() {
            return 16;
        }
    }

    record SetAcl(String path, List<Acl> acl, int aversion) implements Txn {
        @Override
        public int type() {
            return 7;
        }
    }

    /// Inside a multi only; no effect.
    record CheckVersion(String path, int version) implements Txn {
        @Override
        public int type() {
            return 13;
        }
    }

    /// A failed multi keeps its place with [Error] members and changes nothing.
    record Multi(List<Txn> ops) implements Txn {
        @Override
        public int type() {
            return 14;
        }
    }

    record CreateSession(int timeoutMillis) implements Txn {
        @Override
        public int type() {
            return -10;
        }
    }

    /// `paths` are the ephemerals to delete; null in old logs: all that the session owns.
    record CloseSession(@Nullable List<String> paths) implements Txn {
        @Override
        public int type() {
            return -11;
        }
    }

    /// A failed write: consumes its zxid, changes nothing.
    record Error(int code) implements Txn {
        @Override
        public int type() {
            return -1;
        }
    }
}
