package dev.quorate.operator.desired;

/// Whether a member votes.
public enum Role {
    Participant("participant"),
    Observer("observer");

    private final String label;

    Role(String label) {
        this.label = label;
    }

    /// As in labels and in the lines of `zoo.cfg`.
    public String label() {
        return label;
    }
}
