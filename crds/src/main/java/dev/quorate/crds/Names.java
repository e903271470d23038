package dev.quorate.crds;

/// Group, version and the labels and names that users may rely on.
public final class Names {
    public static final String GROUP = "quorate.dev";
    public static final String VERSION = "v1alpha1";

    /// The name of the ensemble that an object belongs to.
    public static final String ENSEMBLE_LABEL = "quorate.dev/ensemble";

    /// `participant` or `observer`.
    public static final String ROLE_LABEL = "quorate.dev/role";

    /// The server id of a member, a decimal number.
    public static final String MEMBER_ID_LABEL = "quorate.dev/member-id";

    private Names() {}
}
