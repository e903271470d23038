package dev.quorate.ensemble.transport.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/// The hosts a certificate is for: its alternative names, or the common name where it has none. The JDK checks those of
/// servers itself; this is for the other side.
record CertificateNames(List<String> hosts, List<InetAddress> addresses) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    static CertificateNames of(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        List<InetAddress> addresses = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                switch ((Integer) name.getFirst()) {
                    case DNS_NAME -> hosts.add(String.valueOf(name.get(1)));
                    case IP_ADDRESS -> addresses.add(InetAddress.ofLiteral(String.valueOf(name.get(1))));
                    default -> {}
                }
            }
        } catch (CertificateParsingException | IllegalArgumentException e) {
            return new CertificateNames(List.of(), List.of());
        }
        if (hosts.isEmpty() && addresses.isEmpty()) {
            String common = commonName(certificate.getSubjectX500Principal().getName());
            if (common != null) {
                hosts.add(common);
            }
        }
        return new CertificateNames(hosts, addresses);
    }

    private static @Nullable String commonName(String subject) {
        try {
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(part.getValue());
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return null;
    }

    boolean include(InetAddress address) {
        return addresses.contains(address);
    }

    boolean include(String host) {
        return hosts.stream().anyMatch(pattern -> matches(pattern.toLowerCase(Locale.ROOT), plain(host)));
    }

    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// A star stands for the whole first label, and never for all below a top-level domain.
    private static boolean matches(String pattern, String host) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(host);
        }
        int dot = host.indexOf('.');
        return dot > 0 && pattern.indexOf('.', 2) > 0 && pattern.substring(1).equals(host.substring(dot));
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(hosts);
        addresses.forEach(address -> all.add(address.getHostAddress()));
        return all.isEmpty() ? "nobody" : String.join(", ", all);
    }
}
