package dev.quorate.ensemble.message;

/// A watch notification (client-protocol.md §15). `zxid` is that of the txn, -1 for catch-up events of setWatches.
public record WatchEvent(Type type, String path, long zxid) {
    public enum Type {
        NODE_CREATED(1),
        NODE_DELETED(2),
        NODE_DATA_CHANGED(3),
        NODE_CHILDREN_CHANGED(4);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }
}
