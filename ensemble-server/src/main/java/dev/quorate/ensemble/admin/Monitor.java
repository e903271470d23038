package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.port.ByteSizes;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// The values of `mntr` and `/commands/monitor`, without the `zk_` in front.
final class Monitor {
    private Monitor() {}

    static Map<String, Object> of(ServerFacts facts) {
        MemberStatus status = facts.status();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("version", facts.version());
        values.put("server_state", facts.mode());
        if (!facts.config().standalone()) {
            values.put("peer_state", status.state() + " - " + status.zabState());
            values.put("quorum_size", status.config().voters().size());
        }
        values.put("ephemerals_count", status.ephemerals());
        values.put("num_alive_connections", facts.traffic().alive());
        values.put("avg_latency", rounded(facts.traffic().averageLatency()));
        values.put("min_latency", facts.traffic().minLatency());
        values.put("max_latency", facts.traffic().maxLatency());
        values.put("outstanding_requests", facts.traffic().outstanding());
        values.put("znode_count", status.znodes());
        values.put("watch_count", status.watches());
        values.put("approximate_data_size", status.dataBytes());
        values.put("digest_mismatches_count", status.digestMismatches());
        values.put("global_sessions", status.sessions());
        values.put("local_sessions", status.localSessions());
        values.put("packets_received", facts.traffic().received());
        values.put("packets_sent", facts.traffic().sent());
        values.put("bytes_received_count", facts.traffic().bytesReceived());
        values.put("connection_rejected", facts.traffic().rejected());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
            values.put("open_file_descriptor_count", unix.getOpenFileDescriptorCount());
            values.put("max_file_descriptor_count", unix.getMaxFileDescriptorCount());
        }
        values.put("uptime", facts.uptimeMillis());
        sizes(values, "client_response_size", facts.traffic().responses());
        // There is neither throttling of connections nor TLS for clients.
        values.put("connection_drop_probability", 0.0);
        values.put("auth_failed_count", 0);
        values.put("non_mtls_local_conn_count", 0);
        values.put("non_mtls_remote_conn_count", 0);
        values.put("outstanding_tls_handshake", 0);
        if (facts.leading()) {
            leader(facts, values);
        }
        if (status.state().equals("observing")) {
            values.put("observer_master_id", status.fedBy());
        }
        if (status.state().equals("following") && facts.config().quorum().observerMasterPort() > 0) {
            values.put("synced_observers", status.syncedObservers());
        }
        return values;
    }

    private static void leader(ServerFacts facts, Map<String, Object> values) {
        MemberStatus status = facts.status();
        int learners = status.syncedFollowers() + status.syncedObservers() + status.syncedNonVotingFollowers();
        values.put("learners", learners);
        values.put("followers", status.syncedFollowers());
        values.put("synced_followers", status.syncedFollowers());
        values.put("synced_non_voting_followers", status.syncedNonVotingFollowers());
        values.put("synced_observers", status.syncedObservers());
        values.put("pending_syncs", status.pendingSyncs());
        sizes(values, "proposal_size", status.proposals());
        values.put("leader_uptime", Math.max(0, facts.nowMillis() - status.sinceMillis()));
    }

    private static void sizes(Map<String, Object> values, String name, ByteSizes sizes) {
        values.put("last_" + name, sizes.last());
        values.put("min_" + name, sizes.min());
        values.put("max_" + name, sizes.max());
    }

    private static double rounded(double value) {
        return Math.rint(value * 10_000) / 10_000;
    }

    static String decimal(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceAll("0{1,3}$", "");
    }
}
