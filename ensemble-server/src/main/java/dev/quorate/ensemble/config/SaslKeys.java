package dev.quorate.ensemble.config;

import dev.quorate.ensemble.port.SaslSettings;
import dev.quorate.ensemble.port.SaslSettings.Login;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.URIParameter;
import java.util.Map;
import java.util.TreeMap;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/// The `quorum.auth.*` keys, and the sections of the JAAS file that they name. Of a login module there, which may be a
/// class of ZooKeeper's, the options are read and nothing is loaded.
final class SaslKeys {
    private static final String JAAS = "java.security.auth.login.config";
    private static final String MODULE = "DigestLoginModule";
    private static final String USER = "user_";

    private final Settings settings;

    private SaslKeys(Settings settings) {
        this.settings = settings;
    }

    /// Null where `quorum.auth.enableSasl` does not ask for it.
    static @Nullable SaslSettings quorum(Settings settings) throws ConfigException {
        return new SaslKeys(settings).read();
    }

    private @Nullable SaslSettings read() throws ConfigException {
        boolean enabled = settings.flag("quorum.auth.enableSasl", false);
        boolean dials = settings.flag("quorum.auth.learnerRequireSasl", false);
        boolean required = settings.flag("quorum.auth.serverRequireSasl", false);
        String learner = settings.text("quorum.auth.learner.saslLoginContext", "QuorumLearner");
        String server = settings.text("quorum.auth.server.saslLoginContext", "QuorumServer");
        String principal = settings.text("quorum.auth.kerberos.servicePrincipal");
        String jaas = settings.text(JAAS);
        if (dials && !enabled) {
            throw settings.wrong(
                    "quorum.auth.learnerRequireSasl", "true", "allowed with quorum.auth.enableSasl=true only");
        }
        if (required && !dials) {
            throw settings.wrong(
                    "quorum.auth.serverRequireSasl", "true", "allowed with quorum.auth.learnerRequireSasl=true only");
        }
        if (!enabled) {
            return null;
        }
        if (principal != null) {
            throw settings.wrong(
                    "quorum.auth.kerberos.servicePrincipal",
                    principal,
                    "there is no Kerberos here; allowed are passwords, without this key");
        }
        if (jaas == null) {
            throw settings.missing(JAAS, "quorum.auth.enableSasl=true needs a JAAS file");
        }
        Path file = path(jaas);
        Configuration sections = load(file);
        return new SaslSettings(dials ? login(file, sections, learner) : null, users(file, sections, server), required);
    }

    /// A URL or a path, as the JDK takes it; two equals signs on the command line leave one here.
    private Path path(String value) throws ConfigException {
        String place = value.startsWith("=") ? value.substring(1) : value;
        try {
            Path file = place.startsWith("file:") ? Path.of(URI.create(place)) : Path.of(place);
            if (Files.isRegularFile(file)) {
                return file;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw settings.wrong(JAAS, value, "no such file");
    }

    private static Configuration load(Path file) throws ConfigException {
        try {
            return Configuration.getInstance(
                    "JavaLoginConfig", new URIParameter(file.toAbsolutePath().toUri()));
        } catch (NoSuchAlgorithmException | SecurityException | IllegalArgumentException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String reason = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
            throw new ConfigException(file + ": no JAAS file: " + reason);
        }
    }

    private static Map<String, String> options(Path file, Configuration sections, String name) throws ConfigException {
        AppConfigurationEntry[] entries = sections.getAppConfigurationEntry(name);
        if (entries == null) {
            throw new ConfigException(file + ": section " + name + " is missing: quorum.auth.enableSasl=true needs it");
        }
        Map<String, String> options = new TreeMap<>();
        for (AppConfigurationEntry entry : entries) {
            String module = entry.getLoginModuleName();
            if (!module.endsWith("." + MODULE)) {
                throw new ConfigException(file + ": section " + name + ": " + module
                        + ": allowed is org.apache.zookeeper.server.auth." + MODULE
                        + (module.contains("Krb5") ? "; there is no Kerberos here" : ""));
            }
            entry.getOptions().forEach((key, value) -> options.put(key, String.valueOf(value)));
        }
        return options;
    }

    private static Login login(Path file, Configuration sections, String name) throws ConfigException {
        Map<String, String> options = options(file, sections, name);
        String user = options.get("username");
        String password = options.get("password");
        if (user == null || user.isEmpty() || password == null) {
            throw new ConfigException(file + ": section " + name + ": username or password is missing");
        }
        return new Login(user, password);
    }

    private static Map<String, String> users(Path file, Configuration sections, String name) throws ConfigException {
        Map<String, String> users = new TreeMap<>();
        options(file, sections, name).forEach((key, value) -> {
            if (key.startsWith(USER)) {
                users.put(key.substring(USER.length()), value);
            }
        });
        if (users.isEmpty()) {
            throw new ConfigException(
                    file + ": section " + name + ": no user; allowed is " + USER + "NAME=\"PASSWORD\" for each");
        }
        return users;
    }
}
