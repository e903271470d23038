package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The few calls of the Kubernetes API that the command line makes. Any thread.
final class ApiClient {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http;
    private final String server;
    private final String token;

    ApiClient(Path kubeconfig) throws IOException {
        JsonNode config = new YAMLMapper().readTree(kubeconfig.toFile());
        JsonNode cluster = config.at("/clusters/0/cluster");
        server = cluster.path("server").asText();
        token = config.at("/users/0/user/token").asText();
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .sslContext(trusting(cluster.path("certificate-authority-data").asText()))
                .build();
    }

    private static SSLContext trusting(String authority) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            byte[] pem = Base64.getDecoder().decode(authority);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("kubeconfig: " + e.getMessage(), e);
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(send(request(path).timeout(Duration.ofSeconds(30)).GET()));
    }

    /// Server-side apply as `kubectl apply --server-side --force-conflicts` does.
    JsonNode apply(String path, JsonNode object) throws IOException, InterruptedException {
        return JSON.readTree(send(request(path + "?fieldManager=kubectl&fieldValidation=Strict&force=true")
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/apply-patch+yaml")
                .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(object)))));
    }

    InputStream stream(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path)).header("Authorization", "Bearer " + token);
    }

    private InputStream send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() < 300) {
            return response.body();
        }
        byte[] body = response.body().readAllBytes();
        String message = body.length > 0 && body[0] == '{'
                ? JSON.readTree(body).path("message").asText()
                : "";
        throw new Refused(response.statusCode(), message.isEmpty() ? "HTTP " + response.statusCode() : message);
    }

    /// The API server's answer to a request it does not grant.
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final int code;

        Refused(int code, String message) {
            super(message);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /// Where objects of that kind are: the URL of one object, or of the collection if the name is empty.
    String pathOf(JsonNode object, String namespace, String name) throws IOException, InterruptedException {
        String apiVersion = object.path("apiVersion").asText();
        String base = (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion;
        for (JsonNode resource : get(base).path("resources")) {
            if (resource.path("kind").equals(object.path("kind"))
                    && !resource.path("name").asText().contains("/")) {
                String scope = resource.path("namespaced").asBoolean() ? "/namespaces/" + namespace : "";
                String tail = name.isEmpty() ? "" : "/" + name;
                return base + scope + "/" + resource.path("name").asText() + tail;
            }
        }
        throw new Refused(404, "no kind " + object.path("kind").asText() + " in " + apiVersion);
    }

    List<JsonNode> list(String path) throws IOException, InterruptedException {
        JsonNode items = get(path).path("items");
        return java.util.stream.StreamSupport.stream(items.spliterator(), false).toList();
    }
}
