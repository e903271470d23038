package dev.quorate.ensemble.faults;

import java.io.IOException;
import java.util.List;

/// What happens to an ensemble while its clients work.
interface Trouble {
    /// Returns when everything is as it should be again, but for what the servers have to put right themselves.
    void run(History history) throws Exception;

    /// A server that ends by itself is started again; ours has to have a reason.
    void lookForTheDead() throws IOException, InterruptedException;

    /// What happened when, to be read by people.
    List<String> log();

    List<String> violations();
}
