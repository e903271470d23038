package dev.quorate.ensemble.server;

import dev.quorate.ensemble.admin.FourLetterWords;
import dev.quorate.ensemble.admin.ServerFacts;
import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.core.MemberDetails;
import dev.quorate.ensemble.core.MemberStatus;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.QuorumPacket;
import dev.quorate.ensemble.message.SnapshotChunk;
import dev.quorate.ensemble.transport.Reactor;
import dev.quorate.ensemble.transport.client.ClientEvents;
import dev.quorate.ensemble.transport.client.ClientTransport;
import dev.quorate.ensemble.transport.peer.QuorumEvents;
import dev.quorate.ensemble.transport.peer.QuorumTransport;
import dev.quorate.ensemble.transport.sasl.PeerAuthentication;
import dev.quorate.ensemble.transport.tls.PortSecurity;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loop that runs a member by the contract of [dev.quorate.ensemble.core]. One thread reads sockets, steps the
/// member and writes sockets; a turn takes all that is there, then hands the log its batch and writes once to each
/// peer.
///
/// Everything but [#post], [#facts] and [#stop] belongs to the loop's thread.
final class MemberLoop implements ClientEvents, QuorumEvents {
    /// The member, as the loop sees it.
    interface Member {
        void step(Event event, long nowNanos, long wallMillis);

        /// Between steps, as is [#details].
        MemberStatus status();

        MemberDetails details();
    }

    private static final Logger LOG = LoggerFactory.getLogger(MemberLoop.class);
    private static final int TICKS_PER_TICK_TIME = 10;
    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final ServerConfig config;
    private final Reactor reactor;
    final ClientTransport clients;
    final QuorumTransport quorum;
    final OwnPorts ports;
    private final String version;
    private final long tickNanos;
    private final long startedMillis = System.currentTimeMillis();

    private @Nullable Member member;
    private @Nullable LogWriter log;
    private long now = System.nanoTime();
    private long wallMillis = startedMillis;
    private long nextTick = now;
    private long nextSweep = now;
    private boolean ended;
    private String fatal = "";

    MemberLoop(
            ServerConfig config,
            Reactor reactor,
            PortSecurity peerSecurity,
            PeerAuthentication authentication,
            String version) {
        this.config = config;
        this.reactor = reactor;
        this.version = version;
        ServerConfig.Timing timing = config.timing();
        this.tickNanos = Math.max(10, timing.tickTimeMillis() / TICKS_PER_TICK_TIME) * 1_000_000L;
        ServerConfig.Limits limits = config.limits();
        clients = new ClientTransport(
                reactor,
                this,
                new ClientTransport.Limits(
                        limits.maxClientConnectionsPerAddress(),
                        limits.maxConnections(),
                        limits.maxRequestBytes(),
                        limits.globalOutstanding()));
        quorum = new QuorumTransport(
                reactor,
                this,
                new QuorumTransport.Settings(
                        Addresses.peers(config),
                        timing.initLimitTicks() * timing.tickTimeMillis(),
                        timing.syncLimitTicks() * timing.tickTimeMillis(),
                        limits.maxPacketBytes(),
                        config.quorum().keepAlive(),
                        peerSecurity,
                        authentication),
                new AtomicLong(1L << 40));
        ports = new OwnPorts(config, clients, quorum);
    }

    void attach(Member runMember, LogWriter writer) {
        member = runMember;
        log = writer;
    }

    /// Hands an event to the member, in the order of the calls of each thread. Any thread.
    void post(Event event) {
        reactor.post(() -> step(event));
    }

    /// Asks the member to stop in order. Any thread.
    void stop() {
        post(new Event.Stop());
    }

    void step(Event event) {
        if (!ended && member != null) {
            member.step(event, now, wallMillis);
        }
    }

    /// Runs until the member has stopped; "" or why the process must end with a failure.
    String run() throws IOException {
        while (!ended) {
            turn();
        }
        quorum.flush();
        clients.flush();
        clients.close();
        quorum.close();
        return fatal;
    }

    private void turn() throws IOException {
        long wait = (nextTick - System.nanoTime()) / 1_000_000 + 1;
        reactor.await(wait, this::begin);
        reactor.runPosted();
        clients.resume();
        if (now - nextTick >= 0) {
            tick();
        }
        if (log != null) {
            log.handOff();
        }
        quorum.flush();
        clients.flush();
        reactor.goIdle();
    }

    private void begin() {
        now = System.nanoTime();
        wallMillis = System.currentTimeMillis();
        clients.beginTurn(now);
        quorum.beginTurn(now);
    }

    private void tick() {
        nextTick = now + tickNanos;
        step(new Event.Tick());
        quorum.sweep();
        if (now - nextSweep >= 0) {
            nextSweep = now + SWEEP_NANOS;
            clients.sweep();
            ports.retry();
        }
    }

    // --- what the member says of itself

    void ended(String reason) {
        ended = true;
        fatal = reason;
    }

    // --- admin

    /// Collects the facts on the loop's thread; `command` may be a reset. Any thread.
    CompletableFuture<ServerFacts> facts(String command) {
        CompletableFuture<ServerFacts> answer = new CompletableFuture<>();
        reactor.post(() -> {
            ServerFacts facts = collect(command);
            reset(command);
            answer.complete(facts);
        });
        return answer;
    }

    private void reset(String command) {
        switch (command) {
            case "srst", "stat_reset" -> clients.resetTraffic();
            case "crst", "connection_stat_reset" -> clients.resetConnectionStatistics();
            default -> {}
        }
    }

    private ServerFacts collect(String command) {
        Member asked = member;
        LogWriter writer = log;
        if (asked == null || writer == null) {
            throw new IllegalStateException("asked before there is a member");
        }
        return new ServerFacts(
                version,
                config,
                asked.status(),
                clients.traffic(),
                clients.connections(),
                ports.clientPort(),
                startedMillis,
                wallMillis,
                writer.slowSyncs(),
                ServerFacts.detailed(command) ? asked.details() : null);
    }

    @Override
    public @Nullable String fourLetterWord(String word) {
        if (!FourLetterWords.known(word)) {
            return null;
        }
        String answer = FourLetterWords.answer(word, collect(word));
        if (config.admin().answers(word)) {
            reset(word);
        }
        return answer;
    }

    // --- client port

    @Override
    public void connect(long connection, String remoteHost, ConnectRequest request) {
        step(new Event.ClientAccepted(connection, remoteHost, List.of(Addresses.ipIdentity(remoteHost))));
        step(new Event.ClientConnect(connection, request));
    }

    @Override
    public void request(long connection, int xid, int opCode, ClientRequest request, byte[] body) {
        step(new Event.ClientRequestArrived(connection, xid, opCode, request, body));
    }

    @Override
    public void closed(long connection) {
        step(new Event.ClientClosed(connection));
    }

    // --- quorum port

    @Override
    public void leaderConnected(long link) {
        step(new Event.LeaderConnected(link));
    }

    @Override
    public void fromLeader(long link, QuorumPacket packet) {
        step(new Event.FromLeader(link, packet));
    }

    @Override
    public void snapshotFromLeader(long link, SnapshotChunk chunk) {
        step(new Event.SnapshotFromLeader(link, chunk));
    }

    @Override
    public void leaderLost(long link, String reason) {
        LOG.info("link to the leader lost: {}", reason);
        step(new Event.LeaderLost(link, reason));
    }

    @Override
    public void learnerAccepted(long link, String remote) {
        step(new Event.LearnerAccepted(link, remote));
    }

    @Override
    public void fromLearner(long link, QuorumPacket packet) {
        step(new Event.FromLearner(link, packet));
    }

    @Override
    public void learnerLost(long link, String reason) {
        LOG.info("link to a learner lost: {}", reason);
        step(new Event.LearnerLost(link, reason));
    }

    @Override
    public void snapshotChunkTaken(long snapshot) {
        step(new Event.SnapshotChunkTaken(snapshot));
    }

    @Override
    public void snapshotDone(long snapshot, boolean ok) {
        step(new Event.SnapshotDone(snapshot, ok));
    }
}
