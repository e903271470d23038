package dev.quorate.ensemble.simulation;

import java.util.List;

/// Members of one kind never have reason to complain about each other, whatever the network and the disks do.
final class PeersKeepTheProtocol {
    private static final List<String> COMPLAINTS = List.of(
            "out of turn",
            "was proposed",
            "does not send",
            "second LearnerInfo",
            "is no ACK",
            "instead of NEWLEADER",
            "before it was told to serve",
            "comes twice or before its parent");

    private PeersKeepTheProtocol() {}

    static void said(int server, String line) {
        for (String complaint : COMPLAINTS) {
            if (line.contains(complaint)) {
                throw new Violation("PeersKeepTheProtocol", "server " + server + ": " + line);
            }
        }
    }
}
