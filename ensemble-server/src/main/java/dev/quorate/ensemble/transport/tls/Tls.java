package dev.quorate.ensemble.transport.tls;

import dev.quorate.ensemble.port.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who we are and whom we trust, for one kind of port. Where [TlsSettings#reload] says so, the files are looked at
/// every
/// second: handshakes after a change use what is new, connections that are there stay as they are. Any thread.
public final class Tls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final long LOOK_MILLIS = 1_000;

    private final String name;
    private final TlsSettings settings;
    private volatile KeyMaterial.Loaded loaded;
    private final @Nullable Thread watcher;

    private Tls(String name, TlsSettings settings, KeyMaterial material) throws IOException {
        this.name = name;
        this.settings = settings;
        loaded = material.load();
        // What nobody can speak is found now and not by the first peer.
        loaded.context().createSSLEngine().setSSLParameters(parameters(true));
        LOG.info("{} TLS: {}", name, describe(loaded.certificate()));
        watcher = settings.reload()
                ? Thread.ofVirtual().name(name + "-tls-reload").start(() -> watch(material))
                : null;
    }

    /// `name` says in log lines what this is for. Fails with one line that names the file.
    public static Tls open(String name, TlsSettings settings) throws IOException {
        try {
            return new Tls(name, settings, KeyMaterial.read(settings));
        } catch (IllegalArgumentException e) {
            throw new IOException(name + " TLS: " + e.getMessage(), e);
        }
    }

    private static String describe(X509Certificate certificate) {
        return "certificate of " + certificate.getSubjectX500Principal().getName() + ", valid until "
                + certificate.getNotAfter().toInstant();
    }

    // --- reload

    private void watch(KeyMaterial first) {
        KeyMaterial current = first;
        KeyMaterial seen = first;
        String said = "";
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                KeyMaterial now = KeyMaterial.read(settings);
                // Only what stood still between two looks: nobody is still writing it.
                if (now.sameAs(seen) && !now.sameAs(current)) {
                    current = now; // broken or not: said once
                    loaded = now.load();
                    LOG.info("{} TLS: files changed; new connections use the {}", name, describe(loaded.certificate()));
                }
                seen = now;
                said = "";
            } catch (IOException e) {
                String failure = String.valueOf(e.getMessage());
                if (!failure.equals(said)) {
                    said = failure;
                    LOG.warn("{} TLS: {}; new connections go on with what was loaded before", name, failure);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.interrupt();
        }
    }

    // --- connections

    /// `host` is whom we dial.
    SSLEngine dialling(String host, int port) {
        SSLEngine engine = loaded.context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters(true));
        return engine;
    }

    SSLEngine accepting() {
        SSLEngine engine = loaded.context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters(false));
        return engine;
    }

    SSLSocket dialling(Socket socket, String host) throws IOException {
        SSLSocket secure =
                (SSLSocket) loaded.context().getSocketFactory().createSocket(socket, host, socket.getPort(), true);
        secure.setUseClientMode(true);
        secure.setSSLParameters(parameters(true));
        return secure;
    }

    /// `ahead` was read from the socket already.
    SSLSocket accepting(Socket socket, InputStream ahead) throws IOException {
        SSLSocket secure = (SSLSocket) loaded.context().getSocketFactory().createSocket(socket, ahead, true);
        secure.setUseClientMode(false);
        secure.setSSLParameters(parameters(false));
        return secure;
    }

    private SSLParameters parameters(boolean dials) {
        SSLParameters parameters = loaded.context().getDefaultSSLParameters();
        if (!settings.protocols().isEmpty()) {
            parameters.setProtocols(settings.protocols().toArray(new String[0]));
        }
        if (!settings.ciphers().isEmpty()) {
            parameters.setCipherSuites(settings.ciphers().toArray(new String[0]));
        }
        if (dials && settings.verifyServerName()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!dials) {
            switch (settings.clientAuth()) {
                case NONE -> {}
                case WANT -> parameters.setWantClientAuth(true);
                case NEED -> parameters.setNeedClientAuth(true);
            }
        }
        return parameters;
    }

    /// After the handshake, before anything is said: whether the certificate of who dialled is for where it dials from.
    void verifyClient(SSLSession session, InetAddress address) throws IOException {
        if (!settings.verifyClientName()) {
            return;
        }
        X509Certificate certificate;
        try {
            certificate = (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return; // it has none, and needs none
        }
        CertificateNames names = CertificateNames.of(certificate);
        if (names.include(address)) {
            return;
        }
        // The JDK looks the name up in turn, so that nobody passes with a name of somebody else's.
        String name = settings.reverseLookup() ? address.getCanonicalHostName() : address.getHostAddress();
        if (!names.include(name)) {
            throw new SSLPeerUnverifiedException("the certificate is for " + names + ", not for "
                    + address.getHostAddress()
                    + (name.equals(address.getHostAddress()) ? "" : " (" + name + ")"));
        }
    }
}
