package dev.quorate.ensemble.differential;

import dev.quorate.ensemble.wire.JuteReader;
import dev.quorate.ensemble.wire.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongFunction;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Reply bodies as text: every byte of a reply shows, but for times, and for the order where none is promised.
final class ReplyText {
    private final LongFunction<String> zxid;
    private final LongFunction<String> session;

    ReplyText(LongFunction<String> zxid, LongFunction<String> session) {
        this.zxid = zxid;
        this.session = session;
    }

    String body(int opCode, JuteReader in) {
        try {
            String text = in.remaining() == 0 ? "" : " " + read(opCode, in);
            return in.remaining() == 0 ? text : text + " rest " + HexFormat.of().formatHex(in.readRest());
        } catch (MalformedRecordException e) {
            return " unreadable: " + e.getMessage();
        }
    }

    private String read(int opCode, JuteReader in) throws MalformedRecordException {
        return switch (opCode) {
            case Requests.CREATE, Requests.SYNC -> String.valueOf(in.readString());
            case Requests.CREATE2, Requests.CREATE_CONTAINER, Requests.CREATE_TTL -> in.readString() + " " + stat(in);
            case Requests.EXISTS, Requests.SET, Requests.SET_ACL -> stat(in);
            case Requests.GET, Requests.RECONFIG -> data(in.readBuffer()) + " " + stat(in);
            case Requests.GET_ACL -> acls(in) + " " + stat(in);
            case Requests.CHILDREN, Requests.EPHEMERALS -> strings(in);
            case Requests.CHILDREN2 -> strings(in) + " " + stat(in);
            case Requests.COUNT_ALL, Requests.ADD_WATCH -> String.valueOf(in.readInt());
            case Requests.MULTI, Requests.MULTI_READ -> results(in);
            case Requests.WHO_AM_I -> identities(in);
            default -> "";
        };
    }

    private String results(JuteReader in) throws MalformedRecordException {
        StringBuilder text = new StringBuilder("{");
        while (true) {
            int type = in.readInt();
            boolean done = in.readBoolean();
            int error = in.readInt();
            if (done) {
                return text + (type == -1 && error == -1 ? "}" : " end " + type + "/" + error + "}");
            }
            text.append(' ').append(type).append('/').append(error).append(' ');
            text.append(type == -1 ? "error " + in.readInt() : read(type, in)).append(';');
        }
    }

    private static String strings(JuteReader in) throws MalformedRecordException {
        List<String> texts = in.readStrings();
        if (texts == null) {
            return "null";
        }
        List<String> sorted = new ArrayList<>(texts);
        Collections.sort(sorted);
        return sorted.toString();
    }

    private static List<String> acls(JuteReader in) throws MalformedRecordException {
        List<String> acls = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            acls.add(in.readInt() + " " + in.readString() + " " + in.readString());
        }
        return acls;
    }

    private static String identities(JuteReader in) throws MalformedRecordException {
        List<String> ids = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            ids.add(in.readString() + " " + in.readString());
        }
        Collections.sort(ids);
        return ids.toString();
    }

    private String stat(JuteReader in) throws MalformedRecordException {
        String text = "cz=" + zxid.apply(in.readLong()) + " mz=" + zxid.apply(in.readLong());
        text += " ct=" + time(in.readLong()) + " mt=" + time(in.readLong());
        text += " v=" + in.readInt() + " cv=" + in.readInt() + " av=" + in.readInt();
        text += " eo=" + session.apply(in.readLong()) + " dl=" + in.readInt() + " nc=" + in.readInt();
        return text + " pz=" + zxid.apply(in.readLong());
    }

    private static String time(long millis) {
        long now = System.currentTimeMillis();
        return millis == 0 ? "0" : millis <= now && millis > now - 3_600_000 ? "t" : "odd:" + millis;
    }

    static String data(byte @Nullable [] data) {
        if (data == null) {
            return "null";
        }
        if (data.length > 200) {
            CRC32 crc = new CRC32();
            crc.update(data);
            return data.length + " bytes, crc " + Long.toHexString(crc.getValue());
        }
        return "'" + text(data) + "'";
    }

    static String text(byte[] data) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(data, StandardCharsets.ISO_8859_1).toCharArray()) {
            text.append(c >= 0x20 && c < 0x7f ? String.valueOf(c) : "\\" + Integer.toHexString(c));
        }
        return text.toString();
    }
}
