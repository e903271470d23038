package dev.quorate.ensemble.port;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One set of `ssl.*` or `ssl.quorum.*` keys. Empty lists are the JDK's own choice. `trust` null: nobody's certificate
/// is trusted, which only a port without client certificates can live with.
///
/// `verifyServerName` is what whoever dials checks; `verifyClientName` what an acceptor does, with the reverse look-up
/// of
/// the peer's address where `reverseLookup` permits it.
public record TlsSettings(
        Store keys,
        @Nullable Store trust,
        List<String> protocols,
        List<String> ciphers,
        ClientAuth clientAuth,
        boolean verifyServerName,
        boolean verifyClientName,
        boolean reverseLookup,
        boolean reload) {
    public enum ClientAuth {
        NONE,
        WANT,
        NEED
    }

    public enum Format {
        JKS,
        PKCS12,
        PEM
    }

    /// `passwordFile` wins over `password`, and is read anew with the store.
    public record Store(
            Path file,
            Format format,
            String password,
            @Nullable Path passwordFile) {
        /// Without the password.
        @Override
        public String toString() {
            return format + " " + file;
        }
    }
}
