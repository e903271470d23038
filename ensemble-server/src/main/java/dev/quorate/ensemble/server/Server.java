package dev.quorate.ensemble.server;

import dev.quorate.ensemble.admin.AdminServer;
import dev.quorate.ensemble.admin.ServerFacts;
import dev.quorate.ensemble.config.DynamicConfigFiles;
import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.EnsembleMember;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.MemberDetails;
import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.model.Zxid;
import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.storage.Purge;
import dev.quorate.ensemble.storage.Recovery;
import dev.quorate.ensemble.storage.SnapshotFile;
import dev.quorate.ensemble.storage.TxnLog;
import dev.quorate.ensemble.transport.Reactor;
import dev.quorate.ensemble.transport.peer.ElectionTransport;
import dev.quorate.ensemble.transport.sasl.PeerAuthentication;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import dev.quorate.ensemble.transport.tls.Tls;
import dev.quorate.ensemble.tree.SnapshotCursor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One server's life: recovery, wiring, the loop on the calling thread, an orderly end.
public final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final long ADMIN_WAIT_MILLIS = 2_000;
    private static final long STOP_WAIT_SECONDS = 20;
    private static final int NODES_PER_CHUNK = 1_000;

    private final ServerConfig config;
    private final CountDownLatch ended = new CountDownLatch(1);

    public Server(ServerConfig config) {
        this.config = config;
    }

    /// Runs until the process is told to stop; an exit code of [ExitCodes].
    public int run() {
        config.warnings().forEach(LOG::warn);
        try {
            String fatal = serve();
            if (fatal.isEmpty()) {
                return ExitCodes.OK;
            }
            System.err.println("quorate-server: " + fatal);
        } catch (IOException e) {
            System.err.println("quorate-server: " + describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // What cannot happen: better no server than one that goes on with a broken state.
            LOG.error("the server's loop failed", e);
        } finally {
            ended.countDown();
        }
        return ExitCodes.FAILED;
    }

    static String describe(IOException e) {
        return e instanceof java.nio.file.FileSystemException || e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private String serve() throws IOException, InterruptedException {
        if (!config.standalone()) {
            try {
                VolumeStamp.claim(config.dataDir(), config.serverId());
            } catch (VolumeStamp.Foreign e) {
                return String.valueOf(e.getMessage());
            }
        }
        Path snapshots = TxnLog.prepare(config.dataDir());
        Path logs = TxnLog.prepare(config.dataLogDir());
        ServerConfig.Storage settings = config.storage();
        Recovery recovery = new Recovery(snapshots, logs, config.requests().extendedTypes());
        Recovery.Recovered recovered = recovery.run(settings.commitLogCount());
        recovered.notes().forEach(LOG::warn);
        boolean mayVote = mayVote(recovered, snapshots);
        LOG.info(
                "server {}: {} znodes at zxid {}, epochs {}/{}",
                config.serverId(),
                recovered.tree().size(),
                Zxid.hex(recovered.tree().lastZxid()),
                recovered.acceptedEpoch(),
                recovered.currentEpoch());

        ServerConfig.PeerTls peerTls = config.quorum().tls();
        ServerConfig.ClientTls clientTls = config.clientTls();
        try (Tls tls = peerTls == null ? null : Tls.open("quorum", peerTls.settings());
                Tls tlsOfClients = clientTls == null ? null : Tls.open("client", clientTls.settings());
                Reactor reactor = new Reactor()) {
            PortSecurity peerSecurity = tls == null || peerTls == null
                    ? PortSecurity.PLAIN
                    : PortSecurity.of(tls, peerTls.dials(), peerTls.acceptsPlain());
            PeerAuthentication authentication = authentication();
            MemberLoop loop = new MemberLoop(config, reactor, peerSecurity, authentication, Version.text());
            ServerConfig.Endpoint client = config.client();
            if (client != null) {
                PortSecurity security = tlsOfClients != null && clientTls != null && clientTls.onClientPort()
                        ? PortSecurity.of(tlsOfClients, false, true)
                        : PortSecurity.PLAIN;
                loop.ports.listenForClients(client, security);
            }
            if (tlsOfClients != null && clientTls != null && clientTls.endpoint() != null) {
                loop.ports.listenForSecureClients(clientTls.endpoint(), PortSecurity.of(tlsOfClients, false, false));
            }
            TxnLog txnLog = new TxnLog(logs, settings.preAllocKiB(), settings.forceSync());
            LogWriter log =
                    new LogWriter(txnLog, recovered.tree().lastZxid(), loop::post, settings.fsyncWarningMillis());
            StorageTasks tasks = new StorageTasks(snapshots, txnLog, recovery, dynamicFiles(), loop::post);
            int retained = settings.purgeIntervalHours() > 0 ? settings.snapshotsRetained() : 0;
            SnapshotWriter snapshotWriter = new SnapshotWriter(snapshots, logs, retained, loop::post);
            if (retained > 0) {
                Purge.run(snapshots, logs, retained);
            }
            ElectionTransport election = election(loop, peerSecurity, authentication);
            Effects effects = new Effects(loop, election, log, tasks, snapshotWriter, loop.ports, config.serverId());
            EnsembleMember member = MemberAssembly.assemble(config, recovered, mayVote);
            loop.attach(running(member, effects), log);
            log.start();
            snapshotWriter.start();
            if (election != null) {
                election.start();
                Thread.ofPlatform().daemon().name("rehearsal").start(Rehearsal::run);
            }
            stopOnSignal(loop);
            AdminServer admin = admin(loop);
            try {
                return loop.run();
            } finally {
                if (admin != null) {
                    admin.close();
                }
                if (election != null) {
                    election.close();
                }
                snapshotWriter.close();
                log.close();
            }
        }
    }

    private static MemberLoop.Member running(EnsembleMember member, Effects effects) {
        return new MemberLoop.Member() {
            @Override
            public void step(Event event, long nowNanos, long wallMillis) {
                member.step(event, nowNanos, wallMillis, effects);
            }

            @Override
            public MemberStatus status() {
                return member.status();
            }

            @Override
            public MemberDetails details() {
                return member.details();
            }
        };
    }

    /// An empty store may vote only where that was asked for; one that is to vote gets its first snapshot at once, so
    /// that ZooKeeper too can start on these files. The marker has done its duty once something is there.
    private boolean mayVote(Recovery.Recovered recovered, Path snapshots) throws IOException {
        if (!recovered.empty()) {
            Files.deleteIfExists(config.dataDir().resolve("initialize"));
            return true;
        }
        if (!config.standalone() && !config.voteWithEmptyStore()) {
            return false;
        }
        SnapshotFile file = new SnapshotFile(snapshots, 0);
        SnapshotCursor cursor = new SnapshotCursor(recovered.tree());
        SnapshotChunk chunk;
        while ((chunk = cursor.next(NODES_PER_CHUNK)) != null) {
            file.write(chunk);
        }
        file.finish();
        return true;
    }

    private @Nullable DynamicConfigFiles dynamicFiles() {
        EnsembleConfig members = config.quorum().members();
        return members == null || !config.quorum().reconfigEnabled()
                ? null
                : new DynamicConfigFiles(config.file(), config.serverId(), members.version());
    }

    private PeerAuthentication authentication() throws IOException {
        SaslSettings sasl = config.quorum().sasl();
        if (sasl == null) {
            return PeerAuthentication.NONE;
        }
        LOG.info("quorum SASL: {}", sasl);
        return PeerAuthentication.of(sasl);
    }

    private @Nullable ElectionTransport election(
            MemberLoop loop, PortSecurity security, PeerAuthentication authentication) {
        EnsembleConfig members = config.quorum().members();
        if (members == null) {
            return null;
        }
        ServerConfig.Timing timing = config.timing();
        ElectionTransport election = new ElectionTransport(
                new ElectionTransport.Settings(
                        config.serverId(),
                        Addresses.peers(config),
                        timing.electionConnectTimeoutMillis(),
                        timing.syncLimitTicks() * timing.tickTimeMillis(),
                        config.quorum().keepAlive(),
                        config.quorum().multiAddress(),
                        security,
                        authentication),
                (from, notification) -> loop.post(new Event.NotificationArrived(from, notification)));
        EnsembleConfig lastSeen = config.quorum().lastSeen();
        election.target(members, lastSeen == null ? members : lastSeen);
        return election;
    }

    private @Nullable AdminServer admin(MemberLoop loop) throws IOException {
        if (!config.admin().enabled()) {
            return null;
        }
        InetSocketAddress address = Addresses.admin(config);
        try {
            return new AdminServer(address, config.admin().commandPath(), command -> facts(loop, command));
        } catch (IOException e) {
            throw new IOException("admin port " + address + ": " + e.getMessage(), e);
        }
    }

    private static ServerFacts facts(MemberLoop loop, String command) {
        try {
            return loop.facts(command).get(ADMIN_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AdminServer.UnresponsiveLoop(
                    "the server's loop does not answer within " + ADMIN_WAIT_MILLIS + " ms");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdminServer.UnresponsiveLoop("interrupted");
        }
    }

    /// SIGTERM: the member stops in order, and the JVM waits for it.
    private void stopOnSignal(MemberLoop loop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (ended.getCount() == 0) {
                return;
            }
            loop.stop();
            try {
                if (!ended.await(STOP_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("quorate-server: not stopped after " + STOP_WAIT_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }
}
