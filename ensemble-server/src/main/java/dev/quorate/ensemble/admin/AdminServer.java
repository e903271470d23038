package dev.quorate.ensemble.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// HTTP for operators: `/commands`, `/livez` (the loop turns) and `/readyz` (serves clients). One virtual thread for
/// each request.
public final class AdminServer implements AutoCloseable {
    /// Where facts come from; called on a request's thread, may wait for the loop.
    public interface Source {
        /// `command` is the primary name of the command, so that resets are carried out. Throws when the loop does not
        /// answer in time.
        ServerFacts facts(String command) throws UnresponsiveLoop;
    }

    /// The loop did not answer in time.
    public static final class UnresponsiveLoop extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnresponsiveLoop(String message) {
            super(message);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private final HttpServer http;
    private final Source source;
    private final String prefix;

    /// Made when it is first needed: loading it would double the time to the first client.
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    }

    /// Listens at once.
    public AdminServer(InetSocketAddress address, String commandPath, Source source) throws IOException {
        this.source = source;
        this.prefix = commandPath.endsWith("/") ? commandPath.substring(0, commandPath.length() - 1) : commandPath;
        http = HttpServer.create(address, 64);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", this::handle);
        http.start();
    }

    public int port() {
        return http.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, 405, "text/plain", "allowed is GET\n");
            } else if (path.equals("/livez")) {
                live(exchange, false);
            } else if (path.equals("/readyz")) {
                live(exchange, true);
            } else if (path.equals(prefix) || path.equals(prefix + "/")) {
                send(exchange, 200, "text/html", index());
            } else if (path.startsWith(prefix + "/")) {
                command(exchange, path.substring(prefix.length() + 1));
            } else {
                send(exchange, 404, "text/plain", "not found; see " + prefix + "\n");
            }
        } catch (RuntimeException e) {
            LOG.error("admin request {} failed", exchange.getRequestURI(), e);
        }
    }

    private void live(HttpExchange exchange, boolean ready) throws IOException {
        try {
            ServerFacts facts = source.facts("ruok");
            boolean good = !ready || facts.status().serving();
            send(
                    exchange,
                    good ? 200 : 503,
                    "text/plain",
                    good ? "ok\n" : facts.status().state() + "\n");
        } catch (UnresponsiveLoop e) {
            send(exchange, 503, "text/plain", e.getMessage() + "\n");
        }
    }

    private void command(HttpExchange exchange, String name) throws IOException {
        try {
            String body = Json.MAPPER.writeValueAsString(Commands.run(name, source::facts));
            send(exchange, 200, "application/json", body);
        } catch (UnresponsiveLoop e) {
            send(exchange, 503, "text/plain", e.getMessage() + "\n");
        }
    }

    private String index() {
        StringBuilder html = new StringBuilder();
        for (String name : Commands.names()) {
            html.append("<a href=\"")
                    .append(prefix)
                    .append('/')
                    .append(name)
                    .append("\">")
                    .append(name);
            html.append("</a>\n<br/>\n");
        }
        return html.toString();
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
