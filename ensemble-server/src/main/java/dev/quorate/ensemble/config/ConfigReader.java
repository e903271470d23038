package dev.quorate.ensemble.config;

import dev.quorate.ensemble.quorum.ConfigText;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads `zoo.cfg`, the dynamic file it names, `myid` and the matching system properties.
public final class ConfigReader {
    /// Keys of server-operations.md (a) that are accepted without effect here: internals of the Java pipeline, or
    /// things that are always on.
    private static final String[] WITHOUT_EFFECT = {
        "electionAlg",
        "serverCnxnFactory",
        "admin.idleTimeout",
        "txnLogSizeLimitInKb",
        "flushDelay",
        "maxWriteQueuePollTime",
        "maxBatchSize",
        "quorum.cnxn.threads.size",
        "clientTcpKeepAlive",
        "connectToLearnerMasterLimit",
        "snapSizeLimitInKb",
        "serializeLastProcessedZxid.enabled",
        "closeSessionTxn.enabled",
        "datadir.autocreate",
        "admin.rateLimiterIntervalInMS",
        "audit.enable",
        "metricsProvider.className",
        "metricsProvider.httpHost",
        "metricsProvider.httpPort",
        "metricsProvider.exportJvmInfo",
        "multiAddress.reachabilityCheckEnabled",
        "multiAddress.reachabilityCheckTimeoutMs",
        "maxResponseCacheSize",
        "maxGetChildrenResponseCacheSize",
        "snapshotSizeFactor",
        "commitProcessor.numWorkerThreads",
        "nio.numSelectorThreads",
        "nio.numWorkerThreads",
        "electionPortBindRetry",
        "admin.snapshot.enabled",
        "admin.restore.enabled",
        "jvm.pause.monitor"
    };

    private ConfigReader() {}

    /// `properties` and `environment` are the process's; tests pass their own.
    public static ServerConfig read(Path file, Map<String, String> properties, Map<String, String> environment)
            throws ConfigException {
        return new ConfigReader().parse(file, properties, environment);
    }

    /// Of a `zoo.cfg` only how its server dials the others.
    public static ServerConfig.Peers peers(Path file, Map<String, String> properties) throws ConfigException {
        Settings settings = new Settings(file.toString(), load(file), properties);
        return new ServerConfig.Peers(TlsKeys.quorum(settings), SaslKeys.quorum(settings));
    }

    private ServerConfig parse(Path file, Map<String, String> properties, Map<String, String> environment)
            throws ConfigException {
        Map<String, String> table = load(file);
        Settings settings = new Settings(file.toString(), table, properties);

        Path dataDir = Path.of(required(settings, "dataDir", "it is where snapshots, logs and myid stand"));
        Path dataLogDir = Path.of(settings.text("dataLogDir", dataDir.toString()));
        boolean extendedTypes = settings.flag("extendedTypesEnabled", false);
        ServerConfig.Ensemble quorum = ensemble(file, settings, table);
        @Nullable EnsembleConfig members = quorum.members();
        long serverId = members == null ? idIfThere(dataDir) : id(dataDir, extendedTypes);
        if (members != null) {
            if (members.member(serverId) == null && !isProposed(quorum.lastSeen(), serverId)) {
                Path dynamic = quorum.dynamicFile();
                throw new ConfigException((dynamic == null ? file : dynamic) + ": server." + serverId
                        + " is missing: " + dataDir.resolve("myid") + " says that this is server " + serverId
                        + "; allowed is a list with a line for itself");
            }
            refuseSeveralOwnPorts(file, members.member(serverId));
        }
        ServerConfig.Timing timing = timing(settings, members != null);
        ServerConfig.Admin admin = admin(settings);
        ServerConfig.Limits limits = limits(settings);
        ServerConfig.Storage storage = storage(settings);
        ServerConfig.Requests requests = new ServerConfig.Requests(
                extendedTypes,
                settings.flag("enforceQuota", false),
                settings.flag("skipACL", false),
                settings.text("DigestAuthenticationProvider.superDigest"));
        ServerConfig.Sessions sessions = new ServerConfig.Sessions(
                settings.flag("localSessionsEnabled", false),
                settings.flag("localSessionsUpgradingEnabled", false),
                settings.flag("readonlymode.enabled", false));
        ServerConfig.@Nullable Endpoint client = client(settings, members == null ? null : members.member(serverId));
        ServerConfig.@Nullable ClientTls clientTls = TlsKeys.clients(settings);
        boolean vote = settings.flag("db.autocreate", true);
        // The marker stands beside myid (peer-protocol.md; ZooKeeper's own name and place), or in the data directory's
        // root.
        vote |= Files.exists(dataDir.resolve("initialize"));

        settings.ignore(WITHOUT_EFFECT);
        List<String> warnings = new ArrayList<>();
        List<String> unknown = settings.unknown();
        unknown.removeIf(ConfigText::isMembership);
        if (!unknown.isEmpty()) {
            warnings.add(file + ": unknown keys, without effect: " + String.join(", ", unknown));
        }
        if (!storage.forceSync()) {
            warnings.add(file + ": forceSync=no: acknowledged writes may be lost when the machine fails");
        }
        if (requests.skipAcl()) {
            warnings.add(file + ": skipACL=yes: every client may read and change everything");
        }
        return new ServerConfig(
                file,
                serverId,
                dataDir,
                dataLogDir,
                blankToNull(environment.get("QUORATE_LISTEN_ADDRESS")),
                client,
                clientTls,
                quorum,
                timing,
                limits,
                storage,
                requests,
                sessions,
                admin,
                vote,
                List.copyOf(warnings));
    }

    private ServerConfig.Ensemble ensemble(Path file, Settings settings, Map<String, String> table)
            throws ConfigException {
        boolean standaloneEnabled = settings.flag("standaloneEnabled", true);
        boolean reconfigEnabled = settings.flag("reconfigEnabled", false);
        String dynamicName = settings.text("dynamicConfigFile");
        boolean inline = table.keySet().stream().anyMatch(ConfigText::isMembership);
        Path dynamicFile = null;
        EnsembleConfig members;
        EnsembleConfig lastSeen = null;
        if (dynamicName == null) {
            members = members(file, table, 0);
        } else {
            if (inline) {
                throw settings.wrong(
                        "dynamicConfigFile",
                        dynamicName,
                        "server.N, group.N and weight.N lines must then stand in that file only");
            }
            dynamicFile = Path.of(dynamicName);
            Map<String, String> lines = load(dynamicFile);
            if (lines.containsKey("version")) {
                throw new ConfigException(dynamicFile + ": version=" + lines.get("version")
                        + ": allowed are server.N, group.N and weight.N lines only; the version is in the file's name");
            }
            members = members(dynamicFile, lines, versionOf(dynamicFile));
            Path next = DynamicConfigFiles.next(file);
            if (reconfigEnabled && Files.exists(next)) {
                Map<String, String> proposed = load(next);
                lastSeen = members(next, proposed, hex(proposed.getOrDefault("version", "0")));
            }
        }
        if (members.members().isEmpty() && dynamicFile != null) {
            throw new ConfigException(dynamicFile + ": no server.N line is there; allowed is one for each member");
        }
        boolean alone = members.members().isEmpty() || (members.members().size() == 1 && standaloneEnabled);
        if (!alone && members.voters().isEmpty()) {
            throw new ConfigException(
                    file + ": every server.N line is an observer; at least one participant is needed");
        }
        boolean observer = settings.oneOf("peerType", "participant", "participant", "observer")
                .equals("observer");
        return new ServerConfig.Ensemble(
                alone ? null : members,
                alone ? null : lastSeen,
                dynamicFile,
                reconfigEnabled,
                standaloneEnabled,
                settings.flag("quorumListenOnAllIPs", false),
                settings.flag("leaderServes", true),
                observer,
                settings.integer("observerMasterPort", 0, 0, 65_535),
                settings.number("testingonly.initialZxid", 0, 0, 0xffff_fff0L),
                settings.flag("tcpKeepAlive", true),
                multiAddress(settings, members, lastSeen),
                TlsKeys.quorum(settings),
                SaslKeys.quorum(settings));
    }

    /// Several addresses for one server count only where they are switched on, as upstream's peers have it.
    private static boolean multiAddress(Settings settings, EnsembleConfig members, @Nullable EnsembleConfig lastSeen)
            throws ConfigException {
        boolean enabled = settings.flag("multiAddress.enabled", false);
        for (EnsembleConfig config : lastSeen == null ? List.of(members) : List.of(members, lastSeen)) {
            for (Member member : config.members().values()) {
                if (!enabled && member.addresses().size() > 1) {
                    throw settings.wrong(
                            "server." + member.id(),
                            ConfigText.line(member).replaceFirst(".*=", ""),
                            "several addresses are allowed with multiAddress.enabled=true");
                }
            }
        }
        return enabled;
    }

    /// One listener for each kind of port, at every own address.
    private static void refuseSeveralOwnPorts(Path file, @Nullable Member self) throws ConfigException {
        if (self == null) {
            return;
        }
        Member.PeerAddress first = self.addresses().getFirst();
        for (Member.PeerAddress address : self.addresses()) {
            if (address.quorumPort() != first.quorumPort() || address.electionPort() != first.electionPort()) {
                throw new ConfigException(file + ": " + ConfigText.line(self)
                        + ": allowed for this server itself are the same two ports at all of its addresses");
            }
        }
    }

    private static boolean isProposed(@Nullable EnsembleConfig lastSeen, long serverId) {
        return lastSeen != null && lastSeen.member(serverId) != null;
    }

    private static EnsembleConfig members(Path file, Map<String, String> table, long version) throws ConfigException {
        try {
            return ConfigText.config(table, version);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(file + ": " + e.getMessage());
        }
    }

    private static ServerConfig.Timing timing(Settings settings, boolean ensemble) throws ConfigException {
        int tick = settings.integer("tickTime", 3000, 1, 3_600_000);
        int most = 1_000_000;
        int init = settings.integer("initLimit", -1, 1, most);
        int sync = settings.integer("syncLimit", -1, 1, most);
        if (ensemble && init < 0) {
            throw settings.missing("initLimit", "allowed is a number of ticks from 1; an ensemble needs it");
        }
        if (ensemble && sync < 0) {
            throw settings.missing("syncLimit", "allowed is a number of ticks from 1; an ensemble needs it");
        }
        int min = settings.integer("minSessionTimeout", -1, -1, Integer.MAX_VALUE);
        int max = settings.integer("maxSessionTimeout", -1, -1, Integer.MAX_VALUE);
        min = min < 0 ? 2 * tick : min;
        max = max < 0 ? 20 * tick : max;
        if (min > max) {
            throw settings.wrong(
                    "minSessionTimeout", String.valueOf(min), "allowed is at most maxSessionTimeout, " + max);
        }
        return new ServerConfig.Timing(
                tick,
                init,
                sync,
                min,
                max,
                settings.integer(
                        "electionGraceMs", (int) Math.min(3_600_000L, (long) tick * Math.max(sync, 0)), 0, 3_600_000),
                settings.integer("cnxTimeout", 5000, 1, 3_600_000),
                settings.integer("fastleader.minNotificationInterval", 200, 1, 3_600_000),
                settings.integer("fastleader.maxNotificationInterval", 60_000, 1, 3_600_000),
                settings.integer("znode.container.checkIntervalMs", 60_000, 1, Integer.MAX_VALUE),
                settings.number("znode.container.maxNeverUsedIntervalMs", 0, 0, Long.MAX_VALUE),
                settings.integer("znode.container.maxPerMinute", 10_000, 1, Integer.MAX_VALUE));
    }

    private static ServerConfig.Limits limits(Settings settings) throws ConfigException {
        int buffer = settings.integer("jute.maxbuffer", 0xfffff, 1024, 1 << 30);
        return new ServerConfig.Limits(
                settings.integer("maxClientCnxns", 60, 0, Integer.MAX_VALUE),
                settings.integer("maxCnxns", 0, 0, Integer.MAX_VALUE),
                buffer,
                settings.integer("jute.maxbuffer.extrasize", buffer, 1024, 1 << 30),
                settings.integer("globalOutstandingLimit", 1000, 1, Integer.MAX_VALUE));
    }

    private static ServerConfig.Storage storage(Settings settings) throws ConfigException {
        return new ServerConfig.Storage(
                settings.integer("snapCount", 100_000, 2, Integer.MAX_VALUE),
                Math.max(500, settings.integer("commitLogCount", 500, 0, Integer.MAX_VALUE)),
                settings.integer("preAllocSize", 65_536, 1, 1 << 20),
                settings.flag("forceSync", true),
                settings.integer("fsync.warningthresholdms", 1000, 0, Integer.MAX_VALUE),
                Math.max(3, settings.integer("autopurge.snapRetainCount", 3, 1, Integer.MAX_VALUE)),
                settings.integer("autopurge.purgeInterval", 1, 0, 1_000_000),
                settings.flag("digest.enabled", true));
    }

    private static ServerConfig.Admin admin(Settings settings) throws ConfigException {
        Set<String> words = new LinkedHashSet<>();
        for (String word : settings.text("4lw.commands.whitelist", "srvr").split(",")) {
            words.add(word.strip());
        }
        if (settings.flag("readonlymode.enabled", false)) {
            words.add("isro");
        }
        String path = settings.text("admin.commandURL", "/commands");
        if (!path.startsWith("/")) {
            throw settings.wrong("admin.commandURL", path, "allowed is a path that begins with /");
        }
        return new ServerConfig.Admin(
                Set.copyOf(words),
                settings.flag("admin.enableServer", true),
                settings.text("admin.serverAddress", "0.0.0.0"),
                settings.integer("admin.serverPort", 8080, 0, 65_535),
                path);
    }

    /// The client address of the own `server.N` line wins over `clientPort`; they must not contradict each other.
    private static ServerConfig.@Nullable Endpoint client(Settings settings, @Nullable Member self)
            throws ConfigException {
        int port = settings.integer("clientPort", -1, 0, 65_535);
        String address = settings.text("clientPortAddress");
        int backlog = settings.integer("clientPortListenBacklog", -1, -1, Integer.MAX_VALUE);
        if (address != null && port < 0) {
            throw settings.missing("clientPort", "clientPortAddress is set");
        }
        if (self != null && self.client() != null) {
            Member.HostPort own = self.client();
            if (port >= 0 && port != own.port()) {
                throw settings.wrong(
                        "clientPort",
                        String.valueOf(port),
                        "server." + self.id() + " says " + own.port() + "; allowed is one of them");
            }
            String host = own.host().equals("0.0.0.0") ? "" : own.host();
            return new ServerConfig.Endpoint(host.isEmpty() && address != null ? address : host, own.port(), backlog);
        }
        return port < 0 ? null : new ServerConfig.Endpoint(address == null ? "" : address, port, backlog);
    }

    private static long id(Path dataDir, boolean extendedTypes) throws ConfigException {
        Path file = dataDir.resolve("myid");
        int most = extendedTypes ? 254 : 255;
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new ConfigException(
                    file + " is missing: an ensemble's server needs its number, 1 to " + most + ", there");
        } catch (IOException e) {
            throw new ConfigException(file + " cannot be read: " + e.getMessage());
        }
        try {
            long id = Long.parseLong(text);
            if (id >= 0 && id <= most) {
                return id;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new ConfigException(file + ": \"" + text + "\": allowed is a whole number from 1 to " + most);
    }

    private static long idIfThere(Path dataDir) throws ConfigException {
        return Files.exists(dataDir.resolve("myid")) ? id(dataDir, false) : 0;
    }

    private static String required(Settings settings, String key, String why) throws ConfigException {
        String value = settings.text(key);
        if (value == null) {
            throw settings.missing(key, why);
        }
        return value;
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static Map<String, String> load(Path file) throws ConfigException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": no such file");
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(file + " cannot be read: " + e.getMessage());
        }
        TreeMap<String, String> table = new TreeMap<>();
        properties.forEach((key, value) -> table.put((String) key, (String) value));
        return table;
    }

    private static long versionOf(Path dynamicFile) {
        String name = String.valueOf(dynamicFile.getFileName());
        try {
            return Long.parseUnsignedLong(name.substring(name.lastIndexOf('.') + 1), 16);
        } catch (NumberFormatException e) {
            return 0; // peer-protocol.md §1.2: no parsable suffix is version 0
        }
    }

    private static long hex(String text) throws ConfigException {
        try {
            return Long.parseUnsignedLong(text.strip(), 16);
        } catch (NumberFormatException e) {
            throw new ConfigException("version=" + text + ": allowed is a hexadecimal number");
        }
    }
}
