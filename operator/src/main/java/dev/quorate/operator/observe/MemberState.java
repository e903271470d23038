package dev.quorate.operator.observe;

/// How a member is doing (operator-design.md §4.1). The order is from worst to best.
public enum MemberState {
    /// There is no pod, or it is on its way out.
    Missing,
    /// The pod cannot run: it ended, crashes again and again, or has no image.
    Dead,
    /// The pod is being made, or the server has not come up yet.
    Starting,
    /// The server runs and has no leader.
    Alive,
    /// The server is being brought up to date by its leader.
    Syncing,
    /// In broadcast and ready for clients.
    Serving
}
