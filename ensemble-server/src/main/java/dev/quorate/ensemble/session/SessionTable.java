package dev.quorate.ensemble.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Deadlines of all sessions, in buckets of one tick, and the link each session is used through. Times are
/// nanoseconds of the caller's clock, timeouts milliseconds.
public final class SessionTable {
    private static final long NANOS = 1_000_000;

    private static final class Session {
        int timeoutMillis;
        long bucket;
        long owner;
        boolean closing;
        boolean over;
    }

    private final long tickNanos;
    private final Map<Long, Session> sessions = new HashMap<>();
    private final TreeMap<Long, TreeSet<Long>> buckets = new TreeMap<>();

    public SessionTable(int tickMillis) {
        tickNanos = tickMillis * NANOS;
    }

    public int size() {
        return sessions.size();
    }

    public boolean contains(long id) {
        return sessions.containsKey(id);
    }

    /// Starts to track a session, with its full timeout from now; one that is known is only touched.
    public void add(long id, int timeoutMillis, long nowNanos) {
        sessions.computeIfAbsent(id, key -> new Session());
        touch(id, timeoutMillis, nowNanos);
    }

    /// False when the session is unknown or being closed.
    public boolean touch(long id, int timeoutMillis, long nowNanos) {
        Session session = sessions.get(id);
        if (session == null || session.closing) {
            return false;
        }
        session.timeoutMillis = timeoutMillis;
        return touch(id, session, nowNanos);
    }

    /// Touches with the timeout the session has.
    public boolean touch(long id, long nowNanos) {
        Session session = sessions.get(id);
        return session != null && !session.closing && touch(id, session, nowNanos);
    }

    private boolean touch(long id, Session session, long nowNanos) {
        long bucket = Math.floorDiv(nowNanos + session.timeoutMillis * NANOS, tickNanos) + 1;
        // A session never loses time that it was promised.
        if (session.bucket == 0 || bucket > session.bucket) {
            leaveBucket(id, session);
            session.bucket = bucket;
            buckets.computeIfAbsent(bucket, key -> new TreeSet<>()).add(id);
        }
        return true;
    }

    private void leaveBucket(long id, Session session) {
        TreeSet<Long> old = buckets.get(session.bucket);
        if (old != null) {
            old.remove(id);
            if (old.isEmpty()) {
                buckets.remove(session.bucket);
            }
        }
    }

    /// Sessions whose time is over, marked as closing; each is returned once.
    public List<Long> expire(long nowNanos) {
        List<Long> expired = new ArrayList<>();
        while (!buckets.isEmpty() && buckets.firstKey() * tickNanos <= nowNanos) {
            for (long id : buckets.pollFirstEntry().getValue()) {
                Session session = sessions.get(id);
                if (session != null && session.over) {
                    sessions.remove(id);
                } else if (session != null && !session.closing) {
                    // One that its client is closing already is not closed twice.
                    session.closing = true;
                    expired.add(id);
                }
            }
        }
        return expired;
    }

    /// The session is about to be closed: no request of it counts any more. False when it is unknown or closing
    /// already.
    public boolean close(long id) {
        Session session = sessions.get(id);
        if (session == null || session.closing) {
            return false;
        }
        session.closing = true;
        return true;
    }

    public boolean isClosing(long id) {
        Session session = sessions.get(id);
        return session != null && session.closing;
    }

    /// The session is closed, and known as such for a while yet: what still comes in its name is late.
    public void end(long id, long untilNanos) {
        Session session = sessions.get(id);
        if (session != null) {
            leaveBucket(id, session);
            session.closing = true;
            session.over = true;
            session.bucket = Math.floorDiv(untilNanos, tickNanos) + 1;
            buckets.computeIfAbsent(session.bucket, key -> new TreeSet<>()).add(id);
        }
    }

    public void remove(long id) {
        Session session = sessions.remove(id);
        if (session != null) {
            leaveBucket(id, session);
        }
    }

    /// The link through which requests of the session come from now on.
    public void owner(long id, long link) {
        Session session = sessions.get(id);
        if (session != null) {
            session.owner = link;
        }
    }

    /// 0 when nobody has claimed it.
    public long owner(long id) {
        Session session = sessions.get(id);
        return session == null ? 0 : session.owner;
    }

    public int timeoutMillis(long id) {
        Session session = sessions.get(id);
        return session == null ? 0 : session.timeoutMillis;
    }
}
