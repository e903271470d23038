package dev.quorate.ensemble.request;

import dev.quorate.ensemble.model.AuthId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The schemes of client-protocol.md §12: who a client is, which ids an ACL may hold, which identity an ACL entry
/// means.
public final class Authentication {
    static final String WORLD = "world";
    static final String AUTH = "auth";
    static final String DIGEST = "digest";
    static final String IP = "ip";
    static final String SUPER = "super";

    private final String superDigest;

    public Authentication(RequestConfig config) {
        superDigest = config.superDigest();
    }

    /// Identities that an auth packet proves, null when it is refused. `ip` proves nothing new: it was known at accept.
    public @Nullable List<AuthId> authenticate(@Nullable String scheme, byte @Nullable [] auth) {
        if (IP.equals(scheme)) {
            return List.of();
        }
        if (!DIGEST.equals(scheme) || auth == null) {
            return null;
        }
        String id = digestId(new String(auth, StandardCharsets.UTF_8));
        AuthId digest = new AuthId(DIGEST, id);
        boolean isSuper = MessageDigest.isEqual(
                id.getBytes(StandardCharsets.UTF_8), superDigest.getBytes(StandardCharsets.UTF_8));
        return isSuper ? List.of(new AuthId(SUPER, ""), digest) : List.of(digest);
    }

    /// `user:base64(sha1(user:password))`
    static String digestId(String userAndPassword) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
            int colon = userAndPassword.indexOf(':');
            String user = colon < 0 ? userAndPassword : userAndPassword.substring(0, colon);
            return user + ":" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    static boolean isValidId(String scheme, String id) {
        return switch (scheme) {
            case WORLD -> id.equals("anyone");
            case DIGEST -> id.split(":").length == 2;
            case IP -> IpRange.parse(id) != null;
            default -> false;
        };
    }

    static boolean matches(String scheme, String clientId, String aclId) {
        return switch (scheme) {
            case DIGEST -> clientId.equals(aclId);
            case IP -> {
                IpRange range = IpRange.parse(aclId);
                yield range != null && range.contains(clientId);
            }
            default -> false;
        };
    }

    /// Schemes whose ids stand for somebody who proved it, and may replace an `auth` entry.
    static boolean provesSomebody(AuthId id) {
        return DIGEST.equals(id.scheme());
    }
}
