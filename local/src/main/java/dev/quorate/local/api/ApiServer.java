package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.local.runtime.Cluster;
import dev.quorate.local.runtime.LocalRuntime;
import dev.quorate.local.store.ObjectStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTPS server: who asks, for what, and in which form the answer goes out. Vert.x's event loop takes requests;
/// each
/// is answered on a virtual thread.
public final class ApiServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
    private static final int START_SECONDS = 30;

    private final ObjectStore store;
    private final Operations operations;
    private final GarbageCollector collector;
    private final Certificates certificates;
    private final Vertx vertx;
    private final Resources resources;
    private final Discovery discovery;
    private volatile @Nullable LocalRuntime runtime;

    private ApiServer(Path state, String address) throws IOException {
        store = ObjectStore.open(state.resolve("objects"));
        Registry registry = new Registry(store);
        operations = new Operations(store, registry);
        certificates = Certificates.in(state.resolve("keys"), address);
        collector = new GarbageCollector(store, registry, operations);
        discovery = new Discovery(registry);
        resources = new Resources(store, registry, operations);
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2));
        for (String namespace : List.of("default", "kube-system")) {
            ensureNamespace(namespace);
        }
    }

    private void ensureNamespace(String name) {
        ObjectNode namespace = Json.object();
        namespace.putObject("metadata").put("name", name);
        namespace.putObject("spec").putArray("finalizers").add("kubernetes");
        try {
            operations.create(Registry.NAMESPACES, "", namespace, new Operations.Request("embedded", "", false));
        } catch (StatusError present) {
            log.debug("{}", present.getMessage());
        }
    }

    /// Opens the objects and listens.
    ///
    /// @param state objects and keys are kept in it
    /// @param kubeconfig is written, mode 600
    /// @throws IOException with a message for users
    public static ApiServer start(Path state, String address, int port, Path kubeconfig) throws IOException {
        ApiServer server = new ApiServer(state, address);
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address)
                .setPort(port)
                .setSsl(true)
                .setUseAlpn(false)
                .setKeyCertOptions(new PfxOptions()
                        .setPath(server.certificates.keys().toString())
                        .setPassword(server.certificates.password()));
        HttpServer http = server.vertx.createHttpServer(options).requestHandler(server::accept);
        try {
            http.listen().toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            server.close();
            throw new IOException("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        server.certificates.writeKubeconfig(kubeconfig, "https://" + address + ":" + port);
        return server;
    }

    /// What controllers work on.
    public Cluster cluster() {
        return new StoreCluster(store, operations);
    }

    /// Logs of pods come from there from now on.
    public void logsFrom(LocalRuntime source) {
        runtime = source;
    }

    private void accept(HttpServerRequest request) {
        request.body()
                .onSuccess(body -> Thread.startVirtualThread(() -> {
                    Exchange exchange = new Exchange(request, body.getBytes(), vertx.getOrCreateContext());
                    try {
                        answer(exchange);
                    } catch (StatusError e) {
                        exchange.send(e.code(), e.status());
                    } catch (IllegalStateException closed) {
                        log.debug("client went away: {}", closed.getMessage());
                    } catch (RuntimeException e) {
                        log.warn("{} {}", request.method(), request.uri(), e);
                        exchange.send(
                                500,
                                StatusError.of(500, "InternalError", e.toString())
                                        .status());
                    }
                }));
    }

    private void answer(Exchange exchange) {
        List<String> path = exchange.path();
        String first = path.isEmpty() ? "" : path.getFirst();
        switch (first) {
            case "version" -> exchange.send(200, discovery.version());
            case "healthz", "livez", "readyz" -> exchange.sendText(200, "ok");
            case "openapi" -> {
                authenticate(exchange);
                openApi(exchange, path);
            }
            case "api", "apis" -> {
                authenticate(exchange);
                api(exchange, path, first.equals("api"));
            }
            case String other -> exchange.sendText(404, "404 page not found");
        }
    }

    private void authenticate(Exchange exchange) {
        String header = exchange.header("Authorization");
        if (header.isEmpty()) {
            throw StatusError.of(
                    403,
                    "Forbidden",
                    "forbidden: User \"system:anonymous\" cannot get path \"/" + String.join("/", exchange.path())
                            + "\"");
        }
        if (!header.equals("Bearer " + certificates.token())) {
            throw StatusError.of(401, "Unauthorized", "Unauthorized");
        }
    }

    private void openApi(Exchange exchange, List<String> path) {
        if (path.size() >= 2 && path.get(1).equals("v3")) {
            if (path.size() == 2) {
                exchange.send(200, discovery.openApiIndex());
                return;
            }
            List<String> rest = path.subList(3, path.size());
            Optional<ObjectNode> document = discovery.openApi(String.join("/", rest));
            if (document.isPresent()) {
                exchange.send(200, document.get());
                return;
            }
        }
        exchange.sendText(404, "404 page not found");
    }

    private void api(Exchange exchange, List<String> path, boolean core) {
        int prefix = core ? 2 : 3;
        if (path.size() < prefix) {
            discover(exchange, path, core);
            return;
        }
        String version = String.join("/", path.subList(1, prefix));
        if (path.size() == prefix) {
            sendOr404(exchange, discovery.resources(version));
            return;
        }
        Optional<Target> target = resources.target(version, path.subList(prefix, path.size()));
        if (target.isPresent()) {
            LocalRuntime logs = runtime;
            if (target.get().subresource().equals("log") && logs != null) {
                PodLog.send(exchange, target.get(), resources, logs);
            } else {
                resources.answer(exchange, target.get());
            }
        } else if (!review(exchange, path)) {
            exchange.sendText(404, "404 page not found");
        }
    }

    private void discover(Exchange exchange, List<String> path, boolean core) {
        boolean aggregated = exchange.header("Accept").contains("as=APIGroupDiscoveryList");
        if (path.size() == 1 && aggregated) {
            exchange.send(200, discovery.aggregated(core), Discovery.AGGREGATED);
        } else if (path.size() == 1) {
            exchange.send(200, core ? discovery.coreVersions() : discovery.groups());
        } else {
            sendOr404(exchange, discovery.groupDocument(path.get(1)));
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
        if (!exchange.method().equals(HttpMethod.POST)) {
            return false;
        }
        ObjectNode answer = Json.object().put("apiVersion", "authorization.k8s.io/v1");
        answer.putObject("metadata");
        switch (path.getLast()) {
            case "selfsubjectaccessreviews" -> {
                answer.put("kind", "SelfSubjectAccessReview").putObject("spec");
                answer.putObject("status").put("allowed", true).put("reason", "");
            }
            case "selfsubjectrulesreviews" -> {
                answer.put("kind", "SelfSubjectRulesReview").putObject("spec");
                ObjectNode status = answer.putObject("status").put("incomplete", false);
                ObjectNode rule = status.putArray("resourceRules").addObject();
                for (String field : List.of("verbs", "apiGroups", "resources")) {
                    rule.putArray(field).add("*");
                }
                status.putArray("nonResourceRules");
            }
            case String other -> {
                return false;
            }
        }
        exchange.send(201, answer);
        return true;
    }

    /// What a URL names.
    ///
    /// @param name empty for the collection
    record Target(ResourceType type, String namespace, String name, String subresource) {}

    /// Options of a DELETE from body and query.
    static JsonNode deleteOptions(Exchange exchange) {
        ObjectNode options = exchange.body().length == 0
                ? Json.object()
                : Json.readBody(exchange.body()) instanceof ObjectNode o ? o.deepCopy() : Json.object();
        String grace = exchange.query("gracePeriodSeconds");
        if (!grace.isEmpty()) {
            options.put("gracePeriodSeconds", Long.parseLong(grace));
        }
        String policy = exchange.query("propagationPolicy");
        if (!policy.isEmpty()) {
            options.put("propagationPolicy", policy);
        }
        return options;
    }

    @Override
    public void close() throws IOException {
        collector.close();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot close the API server: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }
}
