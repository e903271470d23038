package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.store.Json;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;

/// One HTTP or TCP probe of a container.
///
/// @param path of the URL; empty for a TCP probe
record Probe(
        String host,
        int port,
        String path,
        Duration initialDelay,
        Duration period,
        Duration timeout,
        int failureThreshold,
        int successThreshold) {

    static Probe of(JsonNode probe, JsonNode pod) {
        boolean http = probe.has("httpGet");
        JsonNode action = probe.path(http ? "httpGet" : "tcpSocket");
        JsonNode port = action.path("port");
        String path = action.path("path").asText("/");
        return new Probe(
                action.path("host").asText(Json.text(pod, "/status/podIP")),
                port.isTextual() ? namedPort(pod, port.asText()) : port.asInt(),
                http ? (path.startsWith("/") ? path : "/" + path) : "",
                Duration.ofSeconds(probe.path("initialDelaySeconds").asLong()),
                Duration.ofSeconds(probe.path("periodSeconds").asLong(10)),
                Duration.ofSeconds(probe.path("timeoutSeconds").asLong(1)),
                probe.path("failureThreshold").asInt(3),
                probe.path("successThreshold").asInt(1));
    }

    /// The number of a port that one of the pod's containers names; 0 if none does.
    static int namedPort(JsonNode pod, String name) {
        if (name.matches("\\d+")) {
            return Integer.parseInt(name);
        }
        return Json.stream(pod.at("/spec/containers"))
                .flatMap(c -> Json.stream(c.path("ports")))
                .filter(p -> p.path("name").asText().equals(name))
                .mapToInt(p -> p.path("containerPort").asInt())
                .findFirst()
                .orElse(0);
    }

    /// Asks once. Empty is success, else what is wrong.
    String ask() {
        try {
            return path.isEmpty() ? connect() : get();
        } catch (IOException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    private String connect() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return "";
        }
    }

    private String get() throws IOException {
        var url = URI.create("http://" + host + ":" + port + path).toURL();
        HttpURLConnection connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("User-Agent", "kube-probe/embedded");
        connection.setRequestProperty("Connection", "close");
        try {
            int code = connection.getResponseCode();
            return code >= 200 && code < 400 ? "" : "HTTP probe failed with statuscode: " + code;
        } finally {
            connection.disconnect();
        }
    }
}
