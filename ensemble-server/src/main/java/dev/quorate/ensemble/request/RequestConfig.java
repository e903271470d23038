package dev.quorate.ensemble.request;

/// Settings that decide about requests. `superDigest` is `super:<base64 of SHA-1>` or "" for none; `extendedTypes`
/// allows TTL znodes.
public record RequestConfig(boolean extendedTypes, boolean enforceQuota, boolean skipAcl, String superDigest) {
    public static final RequestConfig DEFAULT = new RequestConfig(false, false, false, "");
}
