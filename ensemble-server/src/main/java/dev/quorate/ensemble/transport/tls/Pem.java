package dev.quorate.ensemble.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Certificates and a private key in text form: PKCS #8, encrypted or not.
final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");

    private record Block(String label, byte[] content) {}

    private final List<Block> blocks = new ArrayList<>();

    Pem(String text) throws IOException {
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException("the " + matcher.group(1) + " is not in Base64: " + e.getMessage());
            }
        }
    }

    /// In the order of the file; at least one.
    List<Certificate> certificates() throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE")) {
                certificates.add(factory.generateCertificate(new ByteArrayInputStream(block.content)));
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("no BEGIN CERTIFICATE is there");
        }
        return certificates;
    }

    PrivateKey key(char[] password) throws IOException, GeneralSecurityException {
        for (Block block : blocks) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return key(new PKCS8EncodedKeySpec(block.content));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return key(decrypt(block.content, password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
                    throw new IOException("BEGIN " + block.label
                            + ": allowed are PKCS #8 keys, BEGIN PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY");
                default -> {}
            }
        }
        throw new IOException("no BEGIN PRIVATE KEY is there");
    }

    private static PrivateKey key(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Another algorithm's, perhaps.
            }
        }
        throw new InvalidKeySpecException("the private key is none of " + String.join(", ", KEY_ALGORITHMS));
    }

    private static PKCS8EncodedKeySpec decrypt(byte[] content, char[] password)
            throws IOException, GeneralSecurityException {
        EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(content);
        // For PBES2 the algorithm's own name says nothing; its parameters name the whole scheme.
        String scheme = String.valueOf(encrypted.getAlgParameters());
        SecretKeyFactory factory =
                SecretKeyFactory.getInstance(scheme.startsWith("PBEWith") ? scheme : encrypted.getAlgName());
        return encrypted.getKeySpec(factory.generateSecret(new PBEKeySpec(password)));
    }
}
