package dev.quorate.ensemble.transport.tls;

import dev.quorate.ensemble.port.TlsSettings;
import dev.quorate.ensemble.port.TlsSettings.Format;
import dev.quorate.ensemble.port.TlsSettings.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// The bytes of the files that [TlsSettings] name, as they stood at one moment, and what they mean.
final class KeyMaterial {
    /// Protects nothing: a key that stands in memory only still needs one.
    private static final char[] IN_MEMORY = "in memory".toCharArray();

    private final Content keys;
    private final @Nullable Content trust;

    private record Content(Store store, byte[] bytes, String password) {
        boolean sameAs(@Nullable Content other) {
            return other != null && Arrays.equals(bytes, other.bytes) && password.equals(other.password);
        }
    }

    /// `certificate` is the one that is shown to peers.
    record Loaded(SSLContext context, X509Certificate certificate) {}

    private KeyMaterial(Content keys, @Nullable Content trust) {
        this.keys = keys;
        this.trust = trust;
    }

    /// Reads, and understands nothing yet. Failures name the file.
    static KeyMaterial read(TlsSettings settings) throws IOException {
        Store trust = settings.trust();
        return new KeyMaterial(content(settings.keys()), trust == null ? null : content(trust));
    }

    private static Content content(Store store) throws IOException {
        Path passwordFile = store.passwordFile();
        String password = passwordFile == null
                ? store.password()
                : new String(bytes(passwordFile), StandardCharsets.UTF_8).stripTrailing();
        return new Content(store, bytes(store.file()), password);
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean sameAs(KeyMaterial other) {
        return keys.sameAs(other.keys) && (trust == null ? other.trust == null : trust.sameAs(other.trust));
    }

    Loaded load() throws IOException {
        KeyStore keyStore = store(keys, true);
        TrustManager[] trustManagers = trust == null ? new TrustManager[] {new NoTrust()} : trustManagers(trust);
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keyStore, keys.store.format() == Format.PEM ? IN_MEMORY : keys.password.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), trustManagers, null);
            return new Loaded(context, certificate(keyStore));
        } catch (GeneralSecurityException e) {
            throw wrong(keys, e);
        }
    }

    private static TrustManager[] trustManagers(Content trust) throws IOException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            KeyStore store = store(trust, false);
            if (store.size() == 0) {
                throw new IOException("no certificate is there");
            }
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw wrong(trust, e);
        }
    }

    private X509Certificate certificate(KeyStore store) throws IOException, GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                return certificate;
            }
        }
        throw new IOException(keys.store.file() + ": no private key with a certificate is there");
    }

    private static KeyStore store(Content content, boolean withKey) throws IOException {
        Format format = content.store.format();
        char[] password = content.password.toCharArray();
        try {
            if (format == Format.PEM) {
                return pem(new Pem(new String(content.bytes, StandardCharsets.ISO_8859_1)), withKey, password);
            }
            KeyStore store = KeyStore.getInstance(format.name());
            // Without a password a JKS file is read as it is, unchecked.
            boolean unchecked = format == Format.JKS && password.length == 0;
            store.load(new ByteArrayInputStream(content.bytes), unchecked ? null : password);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw wrong(content, e);
        }
    }

    private static KeyStore pem(Pem pem, boolean withKey, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<Certificate> certificates = new ArrayList<>(pem.certificates());
        if (withKey) {
            store.setKeyEntry("key", pem.key(password), IN_MEMORY, certificates.toArray(new Certificate[0]));
            return store;
        }
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("trusted-" + i, certificates.get(i));
        }
        return store;
    }

    private static IOException wrong(Content content, Exception e) {
        String reason = String.valueOf(e.getMessage());
        String file = content.store.file().toString();
        return new IOException(
                reason.startsWith(file) ? reason : file + " (" + content.store.format() + "): " + reason);
    }

    /// Stands in where there is no trust store: the JDK would take its public authorities instead.
    private static final class NoTrust implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws java.security.cert.CertificateException {
            throw new java.security.cert.CertificateException("there is no trust store");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws java.security.cert.CertificateException {
            throw new java.security.cert.CertificateException("there is no trust store");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
