package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.quorate.local.store.Json;
import dev.quorate.local.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTPS server: who asks, and for what. Each request has a virtual thread of its own.
public final class ApiServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

    private final ObjectStore store;
    private final Registry registry;
    private final Cluster cluster;
    private final ControlLoop loop;
    private final Resources resources;
    private final Credentials credentials;
    private final HttpsServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private ApiServer(Path state, String address, int port) throws IOException {
        // Settings of the JDK's server: watches in small pieces at once, and no end of connections that clients count
        // on.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
        try {
            http = HttpsServer.create(new InetSocketAddress(address, port), 0);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
        credentials = Credentials.in(state.resolve("keys"), address);
        store = ObjectStore.open(state.resolve("objects"));
        registry = new Registry(store);
        CelRules rules = new CelRules();
        Operations operations = new Operations(store, registry, rules);
        cluster = new Cluster(operations);
        loop = new ControlLoop(store);
        loop.add(new GarbageCollector(store, cluster));
        resources = new Resources(store, operations, new Tables(rules), new PodLogs(state.resolve("pods")));
        for (String name : List.of("default", "kube-system")) {
            cluster.create("Namespace", Json.of("{metadata: {name: %s}}", name));
        }
        http.setHttpsConfigurator(new HttpsConfigurator(credentials.context()));
        http.setExecutor(threads);
        http.createContext("/", this::accept);
    }

    /// Opens the objects and listens.
    ///
    /// @param state objects and keys are kept in it
    /// @param kubeconfig is written, mode 600
    /// @throws IOException with a message for users
    public static ApiServer start(Path state, String address, int port, Path kubeconfig) throws IOException {
        ApiServer server = new ApiServer(state, address, port);
        server.http.start();
        server.credentials.writeKubeconfig(kubeconfig, "https://" + address + ":" + port);
        return server;
    }

    /// What controllers work on.
    public Cluster cluster() {
        return cluster;
    }

    /// What controllers run in.
    public ControlLoop loop() {
        return loop;
    }

    public ObjectStore store() {
        return store;
    }

    private void accept(HttpExchange http) throws IOException {
        Exchange exchange = new Exchange(http);
        try {
            answer(exchange);
        } catch (StatusError e) {
            exchange.send(e.code(), e.status());
        } catch (IOException | UncheckedIOException clientGone) {
            log.debug("{}: {}", exchange.path(), clientGone.getMessage());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn("{} {}", exchange.method(), exchange.path(), e);
            exchange.send(500, new StatusError(500, "InternalError", e.toString()).status());
        } finally {
            exchange.end();
        }
    }

    private void answer(Exchange exchange) throws IOException, InterruptedException {
        List<String> path = exchange.path();
        switch (path.isEmpty() ? "" : path.getFirst()) {
            case "version" -> exchange.send(200, Discovery.version());
            case "healthz", "livez", "readyz" -> exchange.sendText(200, "ok");
            case "api", "apis", "openapi" -> {
                credentials.check(exchange.header("Authorization"), path);
                JsonNode document = new Discovery(registry).document(path);
                Optional<Target> target = Target.of(registry, path);
                if (!document.isMissingNode()) {
                    exchange.send(200, document);
                } else if (target.isPresent()) {
                    resources.answer(exchange, target.get());
                } else {
                    review(exchange, path.getLast());
                }
            }
            case String other -> exchange.sendText(404, "404 page not found");
        }
    }

    /// Everything is allowed to the one user.
    private static void review(Exchange exchange, String resource) {
        String kind =
                switch (resource) {
                    case "selfsubjectaccessreviews" -> "SelfSubjectAccessReview";
                    case "selfsubjectrulesreviews" -> "SelfSubjectRulesReview";
                    case String other -> "";
                };
        if (kind.isEmpty()) {
            exchange.sendText(404, "404 page not found");
            return;
        }
        exchange.send(201, Json.of("""
                {kind: %s, apiVersion: authorization.k8s.io/v1, metadata: {}, spec: {}, status: {allowed: true, reason: '',
                incomplete: false, resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}], nonResourceRules: []}}
                """, kind));
    }

    @Override
    public void close() {
        loop.close();
        http.stop(0);
        threads.shutdownNow();
    }
}
