package dev.quorate.local.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The API server's own authority, its token and the kubeconfig that carries both. Made once by the JDK's keytool and
/// kept.
final class Certificates {
    private static final String PASSWORD = "embedded";

    private final KeyStore keys;
    private final String token;

    private Certificates(KeyStore keys, String token) {
        this.keys = keys;
        this.token = token;
    }

    /// @param address that the certificate is for
    static Certificates in(Path folder, String address) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path keys = folder.resolve("server-" + address + ".p12");
        if (!Files.exists(keys)) {
            generate(keys, address);
        }
        Path tokenFile = folder.resolve("token");
        if (!Files.exists(tokenFile)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Files.writeString(tokenFile, HexFormat.of().formatHex(random));
        }
        try {
            return new Certificates(
                    KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray()), Files.readString(tokenFile));
        } catch (GeneralSecurityException e) {
            throw new IOException(keys + ": " + e.getMessage(), e);
        }
    }

    SSLContext context() throws IOException {
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /// Self-signed: an authority for this one address.
    private static void generate(Path keys, String address) throws IOException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String options = "-genkeypair -alias server -keyalg EC -groupname secp256r1 -validity 3650"
                + " -dname CN=quorate-embedded -ext bc:c=ca:true -ext san=ip:" + address
                + " -storetype PKCS12 -storepass " + PASSWORD + " -keystore";
        List<String> command = new ArrayList<>(List.of(keytool));
        command.addAll(List.of(options.split(" ")));
        command.add(keys.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    String token() {
        return token;
    }

    /// Writes the file, readable by its owner only.
    void writeKubeconfig(Path file, String server) throws IOException {
        String pem;
        try {
            pem = "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(keys.getCertificate("server").getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        String text =
                """
                apiVersion: v1
                kind: Config
                clusters:
                - name: quorate
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: quorate
                  user:
                    token: %s
                contexts:
                - name: quorate
                  context: {cluster: quorate, user: quorate, namespace: default}
                current-context: quorate
                """.formatted(server, Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8)), token);
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, text);
        Files.move(temporary, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
