package dev.quorate.ensemble.request;

/// Settings that decide about requests. `superDigest` is `super:<base64 of SHA-1>` or "" for none; `extendedTypes`
/// allows TTL znodes; `digests`: transactions carry the digest of the tree.
public record RequestConfig(
        boolean extendedTypes, boolean enforceQuota, boolean skipAcl, String superDigest, boolean digests) {
    public static final RequestConfig DEFAULT = new RequestConfig(false, false, false, "", true);
}
