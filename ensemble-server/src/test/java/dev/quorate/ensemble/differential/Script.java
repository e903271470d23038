package dev.quorate.ensemble.differential;

import java.util.List;

/// The one script, in parts. Connections `a`, `b` and `c` are at the leader and at the other servers, from the first
/// part to the last.
final class Script {
    interface Part {
        void run() throws Exception;
    }

    private Script() {}

    static void run(Conversation talk, int servers) throws Exception {
        for (Part part : List.of(
                new WritesScript(talk, servers),
                new AclScript(talk, servers),
                new MultiScript(talk, servers),
                new WatchScript(talk, servers),
                new SessionScript(talk, servers),
                new MalformedScript(talk, servers))) {
            part.run();
        }
    }
}
