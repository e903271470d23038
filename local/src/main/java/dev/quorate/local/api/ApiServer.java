package dev.quorate.local.api;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTPS server and what is behind it. Each request has a virtual thread of its own.
///
/// @param cluster what controllers work on
/// @param loop what controllers run in
public record ApiServer(ObjectStore store, Cluster cluster, ControlLoop loop, HttpsServer http, ExecutorService threads)
        implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

    /// Opens the objects and listens.
    ///
    /// @param state objects and keys are kept in it
    /// @param kubeconfig is written, mode 600
    /// @throws IOException with a message for users
    public static ApiServer start(Path state, String address, int port, Path kubeconfig) throws IOException {
        // Of the JDK's server: watches in small pieces at once, and no end of connections that clients count on.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
        HttpsServer http;
        try {
            http = HttpsServer.create(new InetSocketAddress(address, port), 0);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
        ObjectStore store = new ObjectStore(state.resolve("objects"));
        CelRules rules = new CelRules();
        Operations operations = new Operations(store, new Registry(store), rules);
        Resources resources = new Resources(store, operations, new Tables(rules), new PodLogs(state.resolve("pods")));
        Cluster cluster = new Cluster(operations);
        ControlLoop loop = new ControlLoop(store);
        loop.add(new GarbageCollector(store, cluster));
        for (String name : List.of("default", "kube-system")) {
            cluster.create("Namespace", Json.of("{metadata: {name: %s}}", name));
        }
        Credentials credentials = Credentials.in(state.resolve("keys"), address);
        ApiServer server = new ApiServer(store, cluster, loop, http, Executors.newVirtualThreadPerTaskExecutor());
        http.setHttpsConfigurator(new HttpsConfigurator(credentials.context()));
        http.setExecutor(server.threads());
        http.createContext("/", exchange -> accept(exchange, credentials, resources));
        http.start();
        credentials.writeKubeconfig(kubeconfig, "https://" + address + ":" + port);
        return server;
    }

    private static void accept(HttpExchange http, Credentials credentials, Resources resources) throws IOException {
        Exchange exchange = new Exchange(http);
        try {
            credentials.check(exchange.header("Authorization"));
            resources.answer(exchange);
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

    @Override
    public void close() {
        loop.close();
        http.stop(0);
        threads.shutdownNow();
    }
}
