package dev.quorate.ensemble.core;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The epochs that servers have claimed when they voted for themselves. A current epoch never gets smaller; where one
/// does, that server's disk went back in time, and what it had acknowledged since may be on too few disks. With its
/// vote
/// a server that never had those txns could lead. So its votes do not count before a leader has synchronised it, which
/// shows in the next epoch that it claims.
final class Claims {
    private final Map<Long, Long> epochs = new HashMap<>();
    private final Set<Long> doubted = new HashSet<>();

    /// The line to log when a server is doubted from now on, else "".
    String heard(long from, Notification notification) {
        boolean claim =
                notification.state() == PeerState.LOOKING && notification.leader() == from && notification.zxid() != -1;
        if (!claim) {
            return "";
        }
        long highest = epochs.merge(from, notification.peerEpoch(), Math::max);
        if (notification.peerEpoch() >= highest) {
            doubted.remove(from);
            return "";
        }
        return doubted.add(from)
                ? "server " + from + " votes with epoch " + notification.peerEpoch() + ", but had epoch " + highest
                        + " before: its disk went back in time; its votes do not count until it is synchronised"
                : "";
    }

    boolean doubt(long server) {
        return doubted.contains(server);
    }
}
