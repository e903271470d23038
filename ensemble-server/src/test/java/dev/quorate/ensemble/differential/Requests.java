package dev.quorate.ensemble.differential;

import dev.quorate.ensemble.wire.JuteWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Request records as bytes, with how they are shown in a transcript.
public final class Requests {
    public static final List<String> OPEN = List.of("31 world anyone");
    public static final List<String> READ_ONLY = List.of("1 world anyone");

    static final int CREATE = 1, DELETE = 2, EXISTS = 3, GET = 4, SET = 5, GET_ACL = 6, SET_ACL = 7, CHILDREN = 8;
    static final int SYNC = 9, PING = 11, CHILDREN2 = 12, CHECK = 13, MULTI = 14, CREATE2 = 15, RECONFIG = 16;
    static final int CHECK_WATCHES = 17, REMOVE_WATCHES = 18, CREATE_CONTAINER = 19, CREATE_TTL = 21, MULTI_READ = 22;
    static final int AUTH = 100, SET_WATCHES = 101, EPHEMERALS = 103, COUNT_ALL = 104, SET_WATCHES2 = 105;
    static final int ADD_WATCH = 106, WHO_AM_I = 107, CLOSE = -11;

    static final Map<Integer, String> NAMES = new TreeMap<>(Map.ofEntries(
            Map.entry(CREATE, "create"),
            Map.entry(DELETE, "delete"),
            Map.entry(EXISTS, "exists"),
            Map.entry(GET, "getData"),
            Map.entry(SET, "setData"),
            Map.entry(GET_ACL, "getACL"),
            Map.entry(SET_ACL, "setACL"),
            Map.entry(CHILDREN, "getChildren"),
            Map.entry(SYNC, "sync"),
            Map.entry(PING, "ping"),
            Map.entry(CHILDREN2, "getChildren2"),
            Map.entry(CHECK, "check"),
            Map.entry(MULTI, "multi"),
            Map.entry(CREATE2, "create2"),
            Map.entry(RECONFIG, "reconfig"),
            Map.entry(CHECK_WATCHES, "checkWatches"),
            Map.entry(REMOVE_WATCHES, "removeWatches"),
            Map.entry(CREATE_CONTAINER, "createContainer"),
            Map.entry(CREATE_TTL, "createTTL"),
            Map.entry(MULTI_READ, "multiRead"),
            Map.entry(AUTH, "auth"),
            Map.entry(SET_WATCHES, "setWatches"),
            Map.entry(EPHEMERALS, "getEphemerals"),
            Map.entry(COUNT_ALL, "getAllChildrenNumber"),
            Map.entry(SET_WATCHES2, "setWatches2"),
            Map.entry(ADD_WATCH, "addWatch"),
            Map.entry(WHO_AM_I, "whoAmI"),
            Map.entry(CLOSE, "closeSession")));

    /// One request: its number, its record and its text.
    public record Request(int opCode, byte[] body, String text) {
        static Request of(int opCode, String arguments, Consumer<JuteWriter> record) {
            JuteWriter out = new JuteWriter(64);
            record.accept(out);
            return new Request(
                    opCode,
                    out.toBytes(),
                    NAMES.getOrDefault(opCode, "op" + opCode) + (arguments.isEmpty() ? "" : " " + arguments));
        }

        boolean writes() {
            return switch (opCode) {
                case CREATE, DELETE, SET, SET_ACL, MULTI, CREATE2, RECONFIG, CREATE_CONTAINER, CREATE_TTL, CLOSE ->
                    true;
                default -> false;
            };
        }

        /// Some bytes short at the end.
        Request shortBy(int bytes) {
            return new Request(opCode, java.util.Arrays.copyOf(body, body.length - bytes), text + " -" + bytes);
        }

        /// With more bytes at the end than the record has.
        Request longBy(int bytes) {
            return new Request(opCode, java.util.Arrays.copyOf(body, body.length + bytes), text + " +" + bytes);
        }
    }

    private Requests() {}

    static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String shown(byte @Nullable [] data) {
        return data == null ? "null" : data.length > 40 ? data.length + " bytes" : "'" + ReplyText.text(data) + "'";
    }

    private static void acls(JuteWriter out, @Nullable List<String> acls) {
        if (acls == null) {
            out.writeInt(-1);
            return;
        }
        out.writeInt(acls.size());
        for (String acl : acls) {
            String[] parts = acl.split(" ", 3);
            out.writeInt(Integer.parseInt(parts[0]))
                    .writeString(parts[1].equals("null") ? null : parts[1])
                    .writeString(parts[2].equals("null") ? null : parts[2]);
        }
    }

    public static Request create(
            int opCode, @Nullable String path, byte @Nullable [] data, @Nullable List<String> acl, int flags) {
        return Request.of(opCode, path + " " + shown(data) + " " + acl + " flags=" + flags, out -> {
            out.writeString(path).writeBuffer(data);
            acls(out, acl);
            out.writeInt(flags);
        });
    }

    public static Request create(@Nullable String path, @Nullable String data, List<String> acl, int flags) {
        return create(CREATE, path, bytes(data), acl, flags);
    }

    public static Request create(@Nullable String path) {
        return create(path, "", OPEN, 0);
    }

    public static Request createTtl(String path, int flags, long ttl) {
        return Request.of(CREATE_TTL, path + " flags=" + flags + " ttl=" + ttl, out -> {
            out.writeString(path).writeBuffer(new byte[0]);
            acls(out, OPEN);
            out.writeInt(flags).writeLong(ttl);
        });
    }

    private static Request pathAndInt(int opCode, @Nullable String path, int number) {
        return Request.of(
                opCode, path + " " + number, out -> out.writeString(path).writeInt(number));
    }

    private static Request pathAndFlag(int opCode, @Nullable String path, boolean flag) {
        return Request.of(opCode, path + (flag ? " watch" : ""), out -> out.writeString(path)
                .writeBoolean(flag));
    }

    private static Request pathOnly(int opCode, @Nullable String path) {
        return Request.of(opCode, String.valueOf(path), out -> out.writeString(path));
    }

    public static Request delete(@Nullable String path, int version) {
        return pathAndInt(DELETE, path, version);
    }

    public static Request exists(@Nullable String path, boolean watch) {
        return pathAndFlag(EXISTS, path, watch);
    }

    public static Request get(@Nullable String path, boolean watch) {
        return pathAndFlag(GET, path, watch);
    }

    public static Request children(@Nullable String path, boolean watch) {
        return pathAndFlag(CHILDREN, path, watch);
    }

    public static Request children2(@Nullable String path, boolean watch) {
        return pathAndFlag(CHILDREN2, path, watch);
    }

    public static Request set(@Nullable String path, byte @Nullable [] data, int version) {
        return Request.of(SET, path + " " + shown(data) + " " + version, out -> out.writeString(path)
                .writeBuffer(data)
                .writeInt(version));
    }

    public static Request set(@Nullable String path, @Nullable String data, int version) {
        return set(path, bytes(data), version);
    }

    public static Request getAcl(@Nullable String path) {
        return pathOnly(GET_ACL, path);
    }

    public static Request setAcl(@Nullable String path, @Nullable List<String> acl, int version) {
        return Request.of(SET_ACL, path + " " + acl + " " + version, out -> {
            out.writeString(path);
            acls(out, acl);
            out.writeInt(version);
        });
    }

    public static Request sync(@Nullable String path) {
        return pathOnly(SYNC, path);
    }

    public static Request ping() {
        return Request.of(PING, "", out -> {});
    }

    public static Request check(@Nullable String path, int version) {
        return pathAndInt(CHECK, path, version);
    }

    public static Request multi(Request... ops) {
        return multi(MULTI, ops);
    }

    public static Request multiRead(Request... ops) {
        return multi(MULTI_READ, ops);
    }

    private static Request multi(int opCode, Request... ops) {
        String text = String.join(
                "; ", java.util.Arrays.stream(ops).map(Request::text).toList());
        return Request.of(opCode, "{" + text + "}", out -> {
            for (Request op : ops) {
                out.writeInt(op.opCode).writeBoolean(false).writeInt(-1);
                out.writeRaw(op.body, 0, op.body.length);
            }
            out.writeInt(-1).writeBoolean(true).writeInt(-1);
        });
    }

    public static Request checkWatches(@Nullable String path, int type) {
        return pathAndInt(CHECK_WATCHES, path, type);
    }

    public static Request removeWatches(@Nullable String path, int type) {
        return pathAndInt(REMOVE_WATCHES, path, type);
    }

    public static Request addWatch(@Nullable String path, int mode) {
        return pathAndInt(ADD_WATCH, path, mode);
    }

    @SafeVarargs
    public static Request setWatches(int opCode, long relativeZxid, String shownZxid, List<String>... lists) {
        return Request.of(opCode, shownZxid + " " + java.util.Arrays.toString(lists), out -> {
            out.writeLong(relativeZxid);
            for (List<String> list : lists) {
                out.writeStrings(list);
            }
        });
    }

    public static Request ephemerals(@Nullable String prefix) {
        return pathOnly(EPHEMERALS, prefix);
    }

    public static Request countAll(@Nullable String path) {
        return pathOnly(COUNT_ALL, path);
    }

    public static Request whoAmI() {
        return Request.of(WHO_AM_I, "", out -> {});
    }

    public static Request auth(@Nullable String scheme, @Nullable String credentials) {
        return Request.of(AUTH, scheme + " " + credentials, out -> out.writeInt(0)
                .writeString(scheme)
                .writeBuffer(bytes(credentials)));
    }

    public static Request reconfig(
            @Nullable String joining, @Nullable String leaving, @Nullable String members, long from) {
        return Request.of(
                RECONFIG, joining + " " + leaving + " " + members + " " + from, out -> out.writeString(joining)
                        .writeString(leaving)
                        .writeString(members)
                        .writeLong(from));
    }

    public static Request closeSession() {
        return Request.of(CLOSE, "", out -> {});
    }

    public static Request raw(int opCode, byte... body) {
        return new Request(opCode, body, "op" + opCode + " " + body.length + " bytes");
    }
}
