package dev.quorate.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private static final Operations.Request SELF = new Operations.Request("embedded", "", false);

    private final ObjectStore store;
    private final Certificates certificates;
    private final GarbageCollector collector;
    private final Cluster cluster;
    private final Resources resources;
    private final Discovery discovery;
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
        certificates = Certificates.in(state.resolve("keys"), address);
        store = ObjectStore.open(state.resolve("objects"));
        Registry registry = new Registry(store);
        CelRules rules = new CelRules();
        Operations operations = new Operations(store, registry, new Schemas(rules));
        collector = new GarbageCollector(store, registry, operations);
        cluster = new Cluster(store, registry, operations);
        discovery = new Discovery(registry);
        resources = new Resources(store, registry, operations, new Tables(rules));
        ResourceType namespaces = registry.builtIn("Namespace");
        for (String name : List.of("default", "kube-system")) {
            if (!operations.exists(namespaces, "", name)) {
                operations.create(namespaces, "", Json.of("{metadata: {name: %s}}", name), SELF);
            }
        }
        http.setHttpsConfigurator(new HttpsConfigurator(certificates.context()));
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
        server.certificates.writeKubeconfig(kubeconfig, "https://" + address + ":" + port);
        return server;
    }

    /// What controllers work on.
    public Cluster cluster() {
        return cluster;
    }

    /// Logs of pods come from there from now on.
    public void logsFrom(PodLogs runtime) {
        resources.logsFrom(runtime);
    }

    private void accept(HttpExchange http) throws IOException {
        Exchange exchange = new Exchange(http);
        try {
            answer(exchange);
        } catch (StatusError e) {
            exchange.send(e.code(), e.status());
        } catch (UncheckedIOException clientGone) {
            log.debug("{}: {}", exchange.uri(), clientGone.getMessage());
            exchange.end();
        } catch (RuntimeException e) {
            log.warn("{} {}", exchange.method(), exchange.uri(), e);
            exchange.send(500, new StatusError(500, "InternalError", e.toString()).status());
        }
    }

    private void answer(Exchange exchange) {
        List<String> path = exchange.path();
        switch (path.isEmpty() ? "" : path.getFirst()) {
            case "version" -> exchange.send(200, discovery.version());
            case "healthz", "livez", "readyz" -> exchange.sendText(200, "ok");
            case "openapi" -> {
                authenticate(exchange);
                sendOr404(exchange, discovery.openApi(path));
            }
            case "api", "apis" -> {
                authenticate(exchange);
                Optional<ObjectNode> document = discovery.document(path);
                if (document.isPresent()) {
                    exchange.send(200, document.get());
                } else if (!resources.answer(exchange, path) && !review(exchange, path)) {
                    sendOr404(exchange, document);
                }
            }
            case String other -> sendOr404(exchange, Optional.empty());
        }
    }

    private void authenticate(Exchange exchange) {
        String header = exchange.header("Authorization");
        if (header.isEmpty()) {
            String path = String.join("/", exchange.path());
            throw new StatusError(
                    403, "Forbidden", "forbidden: User \"system:anonymous\" cannot get path \"/" + path + "\"");
        }
        if (!header.equals("Bearer " + certificates.token())) {
            throw new StatusError(401, "Unauthorized", "Unauthorized");
        }
    }

    private static void sendOr404(Exchange exchange, Optional<ObjectNode> document) {
        if (document.isPresent()) {
            exchange.send(200, document.get());
        } else {
            exchange.sendText(404, "404 page not found");
        }
    }

    /// Everything is allowed to the one user.
    private static boolean review(Exchange exchange, List<String> path) {
        String kind =
                switch (exchange.method() + " " + path.getLast()) {
                    case "POST selfsubjectaccessreviews" -> "SelfSubjectAccessReview";
                    case "POST selfsubjectrulesreviews" -> "SelfSubjectRulesReview";
                    case String other -> "";
                };
        if (kind.isEmpty()) {
            return false;
        }
        exchange.send(201, Json.of("""
                        kind: %s
                        apiVersion: authorization.k8s.io/v1
                        metadata: {}
                        spec: {}
                        status:
                          allowed: true
                          reason: ''
                          incomplete: false
                          resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]
                          nonResourceRules: []
                        """, kind));
        return true;
    }

    @Override
    public void close() throws IOException {
        collector.close();
        http.stop(0);
        threads.shutdownNow();
        store.close();
    }
}
