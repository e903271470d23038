package dev.quorate.ensemble.config;

import dev.quorate.ensemble.port.TlsSettings;
import dev.quorate.ensemble.port.TlsSettings.ClientAuth;
import dev.quorate.ensemble.port.TlsSettings.Format;
import dev.quorate.ensemble.port.TlsSettings.Store;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The `ssl.*` keys, which exist twice: `ssl.quorum.` for the ports between servers, `ssl.` for the clients' one.
final class TlsKeys {
    private static final String[] REFUSED = {"crl", "ocsp"};

    private final Settings settings;
    private final String prefix;

    private TlsKeys(Settings settings, String prefix) {
        this.settings = settings;
        this.prefix = prefix;
    }

    /// For the ports between servers; null where neither `sslQuorum` nor `portUnification` asks for TLS.
    static ServerConfig.@Nullable PeerTls quorum(Settings settings) throws ConfigException {
        boolean dials = settings.flag("sslQuorum", false);
        boolean unification = settings.flag("portUnification", false);
        boolean reload = settings.flag("sslQuorumReloadCertFiles", true);
        if (!dials && !unification) {
            settings.ignoreAll("ssl.quorum.");
            return null;
        }
        String asker = dials ? "sslQuorum=true" : "portUnification=true";
        return new ServerConfig.PeerTls(
                new TlsKeys(settings, "ssl.quorum.").read(asker, true, reload), dials, unification || !dials);
    }

    /// For clients; null where neither `secureClientPort` nor `client.portUnification` asks for TLS.
    static ServerConfig.@Nullable ClientTls clients(Settings settings) throws ConfigException {
        int port = settings.integer("secureClientPort", -1, 0, 65_535);
        String address = settings.text("secureClientPortAddress");
        boolean unification = settings.flag("client.portUnification", false);
        boolean reload = settings.flag("client.certReload", true);
        int backlog = settings.integer("clientPortListenBacklog", -1, -1, Integer.MAX_VALUE);
        if (address != null && port < 0) {
            throw settings.missing("secureClientPort", "secureClientPortAddress is set");
        }
        if (port < 0 && !unification) {
            settings.ignoreAll("ssl.");
            return null;
        }
        if (unification && settings.text("clientPort") == null) {
            throw settings.missing("clientPort", "client.portUnification=true is about it");
        }
        String asker = port < 0 ? "client.portUnification=true" : "secureClientPort=" + port;
        return new ServerConfig.ClientTls(
                new TlsKeys(settings, "ssl.").read(asker, false, reload),
                port < 0 ? null : new ServerConfig.Endpoint(address == null ? "" : address, port, backlog),
                unification);
    }

    /// `peers`: the two defaults differ between servers and clients.
    private TlsSettings read(String asker, boolean peers, boolean reload) throws ConfigException {
        for (String key : REFUSED) {
            if (settings.flag(prefix + key, false)) {
                throw settings.wrong(prefix + key, "true", "revocation is not checked here; allowed is false");
            }
        }
        String supplier = settings.text(prefix + "context.supplier.class");
        if (supplier != null) {
            throw settings.wrong(prefix + "context.supplier.class", supplier, "foreign classes are not loaded");
        }
        ClientAuth clientAuth = ClientAuth.valueOf(settings.oneOf(prefix + "clientAuth", "need", "need", "want", "none")
                .toUpperCase(Locale.ROOT));
        boolean verify = settings.flag(prefix + "hostnameVerification", true);
        Store keys = store("keyStore");
        if (keys == null) {
            throw settings.missing(prefix + "keyStore.location", asker + " needs it");
        }
        Store trust = store("trustStore");
        if (trust == null && (peers || clientAuth != ClientAuth.NONE)) {
            throw settings.missing(prefix + "trustStore.location", asker + " needs it to know whom to trust");
        }
        return new TlsSettings(
                keys,
                trust,
                list("enabledProtocols", "protocol"),
                list("ciphersuites", "ciphersuites"),
                clientAuth,
                verify,
                verify && settings.flag(prefix + "clientHostnameVerification", peers),
                settings.flag(prefix + "allowReverseDnsLookup", peers),
                reload);
    }

    private List<String> list(String key, String otherwise) {
        String fallback = settings.text(prefix + otherwise, "");
        return Arrays.stream(settings.text(prefix + key, fallback).split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private @Nullable Store store(String kind) throws ConfigException {
        String base = prefix + kind + ".";
        String location = settings.text(base + "location");
        String password = settings.text(base + "password", "");
        String passwordFile = settings.text(base + "passwordPath");
        String type = settings.oneOf(base + "type", "", "", "JKS", "PKCS12", "PEM", "BCFKS");
        if (location == null) {
            return null;
        }
        return new Store(
                Path.of(location),
                format(base, location, type),
                password,
                passwordFile == null ? null : Path.of(passwordFile));
    }

    private Format format(String base, String location, String type) throws ConfigException {
        String named = type.isEmpty() ? location.substring(location.lastIndexOf('.') + 1) : type;
        return switch (named.toLowerCase(Locale.ROOT)) {
            case "jks" -> Format.JKS;
            case "p12", "pfx", "pkcs12" -> Format.PKCS12;
            case "pem" -> Format.PEM;
            default -> {
                String allowed = "allowed is JKS, PKCS12 or PEM, or a file that ends with .jks, .p12, .pfx or .pem";
                throw type.isEmpty()
                        ? settings.wrong(base + "location", location, allowed)
                        : settings.wrong(base + "type", type, allowed);
            }
        };
    }
}
