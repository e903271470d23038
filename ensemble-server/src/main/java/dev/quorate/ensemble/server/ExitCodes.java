package dev.quorate.ensemble.server;

/// Exit codes of every verb, as `--help` lists them.
public final class ExitCodes {
    public static final int OK = 0;
    /// The server or the verb failed while it ran: storage, data, a port in use.
    public static final int FAILED = 1;
    /// Wrong command line or configuration; starting again does not help.
    public static final int USAGE = 2;
    /// Of `backup`: no leader at that address, or it stopped leading meanwhile. Trying again, with whoever leads then,
    /// may help; with every other failure it does not.
    public static final int TRY_AGAIN = 75;
    /// The volume belongs to somebody else, or holds what nobody knows.
    public static final int FOREIGN_VOLUME = 78;

    private ExitCodes() {}
}
