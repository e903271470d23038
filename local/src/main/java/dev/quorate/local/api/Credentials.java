package dev.quorate.local.api;

import dev.quorate.local.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The API server's own authority, its token and the kubeconfig that carries both. Made once by the JDK's keytool and
/// kept.
record Credentials(KeyStore keys, String token) {
    private static final char[] PASSWORD = "embedded".toCharArray();

    /// @param address that the certificate is for
    static Credentials in(Path folder, String address) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path keys = folder.resolve("server-" + address + ".p12");
        if (!Files.exists(keys)) {
            generate(keys, address);
        }
        Path token = folder.resolve("token");
        if (!Files.exists(token)) {
            Files.writeString(token, UUID.randomUUID() + "-" + UUID.randomUUID());
        }
        try {
            return new Credentials(KeyStore.getInstance(keys.toFile(), PASSWORD), Files.readString(token));
        } catch (GeneralSecurityException e) {
            throw new IOException(keys + ": " + e.getMessage(), e);
        }
    }

    /// Self-signed: an authority for this one address.
    private static void generate(Path keys, String address) throws IOException {
        String options = "-genkeypair -alias server -keyalg EC -groupname secp256r1 -validity 3650"
                + " -dname CN=quorate-embedded -ext bc:c=ca:true -ext san=ip:" + address
                + " -storetype PKCS12 -storepass " + String.valueOf(PASSWORD) + " -keystore";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(options.split(" ")));
        command.add(keys.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.exists(keys)) {
            throw new IOException("keytool: " + output.strip());
        }
    }

    SSLContext context() throws IOException {
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /// @throws StatusError if the request does not carry the token
    void check(String authorization, List<String> path) {
        if (authorization.isEmpty()) {
            String what = "User \"system:anonymous\" cannot get path \"/" + String.join("/", path) + "\"";
            throw new StatusError(403, "Forbidden", "forbidden: " + what);
        }
        if (!authorization.equals("Bearer " + token)) {
            throw new StatusError(401, "Unauthorized", "Unauthorized");
        }
    }

    /// Writes the file, readable by its owner only.
    void writeKubeconfig(Path file, String server) throws IOException {
        Base64.Encoder base64 = Base64.getEncoder();
        String pem;
        try {
            String certificate =
                    base64.encodeToString(keys.getCertificate("server").getEncoded());
            pem = "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        String config = Json.of("""
                apiVersion: v1
                kind: Config
                clusters: [{name: quorate, cluster: {server: '%s', certificate-authority-data: '%s'}}]
                users: [{name: quorate, user: {token: %s}}]
                contexts: [{name: quorate, context: {cluster: quorate, user: quorate, namespace: default}}]
                current-context: quorate
                """, server, base64.encodeToString(pem.getBytes(StandardCharsets.UTF_8)), token)
                .toPrettyString();
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, config);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
