package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.ImageSpec;
import org.jspecify.annotations.Nullable;

/// The image that members, backups and restores run.
///
/// @param name with tag
public record ServerImage(String name, String pullPolicy) {
    /// What the spec leaves out comes from the operator's default, `repository:tag`.
    public static ServerImage of(@Nullable ImageSpec spec, String byDefault) {
        int colon = byDefault.lastIndexOf(':');
        boolean tagged = colon > byDefault.lastIndexOf('/');
        String repository = tagged ? byDefault.substring(0, colon) : byDefault;
        String tag = tagged ? byDefault.substring(colon + 1) : "latest";
        if (spec == null) {
            return new ServerImage(repository + ":" + tag, "IfNotPresent");
        }
        String policy = spec.pullPolicy();
        return new ServerImage(
                (spec.repository() == null ? repository : spec.repository())
                        + ":"
                        + (spec.tag() == null ? tag : spec.tag()),
                policy == null ? "IfNotPresent" : policy);
    }
}
