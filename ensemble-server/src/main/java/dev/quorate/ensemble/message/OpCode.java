package dev.quorate.ensemble.message;

/// Request numbers of client-protocol.md §4.
public final class OpCode {
    public static final int NOTIFICATION = 0,
            CREATE = 1,
            DELETE = 2,
            EXISTS = 3,
            GET_DATA = 4,
            SET_DATA = 5,
            GET_ACL = 6;
    public static final int SET_ACL = 7,
            GET_CHILDREN = 8,
            SYNC = 9,
            PING = 11,
            GET_CHILDREN2 = 12,
            CHECK = 13,
            MULTI = 14;
    public static final int CREATE2 = 15, RECONFIG = 16, CHECK_WATCHES = 17, REMOVE_WATCHES = 18, CREATE_CONTAINER = 19;
    public static final int DELETE_CONTAINER = 20, CREATE_TTL = 21, MULTI_READ = 22, AUTH = 100, SET_WATCHES = 101;
    public static final int SASL = 102, GET_EPHEMERALS = 103, GET_ALL_CHILDREN_NUMBER = 104, SET_WATCHES2 = 105;
    public static final int ADD_WATCH = 106, WHO_AM_I = 107, CREATE_SESSION = -10, CLOSE_SESSION = -11, ERROR = -1;

    private OpCode() {}

    /// What a server without a leader refuses: everything that changes the tree, and the wait for others' changes.
    public static boolean needsLeader(int opCode) {
        return switch (opCode) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL, DELETE, SET_DATA, SET_ACL, MULTI, RECONFIG, SYNC ->
                true;
            default -> false;
        };
    }
}
