package dev.quorate.local.api;

import dev.quorate.local.store.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The API server's own authority and its token. Made once, by the JDK's keytool, and kept.
///
/// @param authority the certificate, in base64 of PEM
record Credentials(SSLContext context, String authority, String token) {
    private static final char[] PASSWORD = "embedded".toCharArray();

    /// @param folder gets mode 700
    /// @param address that the certificate is for
    static Credentials in(Path folder, String address) throws IOException {
        Files.setPosixFilePermissions(Folders.create(folder), PosixFilePermissions.fromString("rwx------"));
        Path keys = folder.resolve("server-" + address + ".p12");
        if (!Files.exists(keys)) {
            generate(keys, address);
        }
        Path token = folder.resolve("token");
        if (!Files.exists(token)) {
            Folders.write(token, UUID.randomUUID() + "-" + UUID.randomUUID());
        }
        try {
            KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD);
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            byte[] certificate = store.getCertificate("server").getEncoded();
            String pem = "-----BEGIN CERTIFICATE-----\n" + base64(certificate) + "\n-----END CERTIFICATE-----\n";
            String authority = base64(pem.getBytes(StandardCharsets.UTF_8));
            return new Credentials(context, authority, Files.readString(token));
        } catch (GeneralSecurityException e) {
            throw new IOException(keys + ": " + e.getMessage(), e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// Self-signed: an authority for this one address.
    private static void generate(Path keys, String address) throws IOException {
        String options = "-genkeypair -alias server -keyalg EC -groupname secp256r1 -validity 3650"
                + " -dname CN=quorate-embedded -ext bc:c=ca:true -ext san=ip:" + address
                + " -storetype PKCS12 -storepass " + String.valueOf(PASSWORD);
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("-keystore", keys.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.exists(keys)) {
            throw new IOException("keytool: " + output.strip());
        }
    }

    /// @throws StatusError if the request does not carry the token
    void check(String authorization) {
        if (!authorization.equals("Bearer " + token)) {
            throw new StatusError(401, "Unauthorized", "Unauthorized");
        }
    }

    /// Writes the file, readable by its owner only.
    void writeKubeconfig(Path file, String server) throws IOException {
        String form = Folders.resource(Credentials.class, "kubeconfig.yaml");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, form.formatted(server, authority, token));
    }
}
