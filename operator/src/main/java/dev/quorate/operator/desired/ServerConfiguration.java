package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.ConfigSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The ConfigMap of an ensemble: `zoo.cfg`, the same for every member, and `members`, the full initial list.
public final class ServerConfiguration {
    private ServerConfiguration() {}

    public static ConfigMap configMap(EnsembleIdentity ensemble, ConfigSpec config, List<Member> members) {
        return new ConfigMapBuilder()
                .withMetadata(
                        ensemble.meta(ObjectNames.configMap(ensemble.name()), ObjectNames.labels(ensemble.name())))
                .addToData("zoo.cfg", zooCfg(config))
                .addToData("members", members(ensemble.namespace(), members))
                .build();
    }

    /// One key a line, sorted, so that equal settings are equal text.
    static String zooCfg(ConfigSpec config) {
        Map<String, String> keys = new TreeMap<>(config.propertiesOrEmpty());
        keys.put("tickTime", millis(config.tickTime() == null ? "2s" : config.tickTime()));
        keys.put("initLimit", String.valueOf(config.initLimit() == null ? 10 : config.initLimit()));
        keys.put("syncLimit", String.valueOf(config.syncLimit() == null ? 5 : config.syncLimit()));
        ConfigSpec.SessionTimeout session = config.sessionTimeout();
        if (session != null && session.min() != null) {
            keys.put("minSessionTimeout", millis(session.min()));
        }
        if (session != null && session.max() != null) {
            keys.put("maxSessionTimeout", millis(session.max()));
        }
        ConfigSpec.SnapshotSettings snapshot = config.snapshot();
        Integer every = snapshot == null ? null : snapshot.everyTransactions();
        Integer retain = snapshot == null ? null : snapshot.retain();
        keys.put("snapCount", String.valueOf(every == null ? 100_000 : every));
        keys.put("autopurge.snapRetainCount", String.valueOf(retain == null ? 5 : retain));
        Duration purge = Durations.parse(config.purgeInterval() == null ? "1h" : config.purgeInterval());
        keys.put("autopurge.purgeInterval", String.valueOf(purge.toHours()));
        keys.put("4lw.commands.whitelist", "srvr,ruok,stat,mntr,conf,isro");
        keys.put("admin.enableServer", "true");
        keys.put("admin.serverPort", String.valueOf(ObjectNames.ADMIN_PORT));
        // An empty disk has no vote unless the bootstrap marker is there.
        keys.put("db.autocreate", "false");
        keys.put("reconfigEnabled", "true");
        keys.put("standaloneEnabled", "false");
        StringBuilder text = new StringBuilder();
        keys.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    static String members(String namespace, List<Member> members) {
        StringBuilder text = new StringBuilder();
        for (Member member : members) {
            text.append("server.").append(member.id()).append('=').append(member.host(namespace));
            text.append(':').append(ObjectNames.QUORUM_PORT).append(':').append(ObjectNames.ELECTION_PORT);
            text.append(':').append(member.role().label());
            text.append(";0.0.0.0:").append(ObjectNames.CLIENT_PORT).append('\n');
        }
        return text.toString();
    }

    private static String millis(String duration) {
        return String.valueOf(Durations.parse(duration).toMillis());
    }
}
