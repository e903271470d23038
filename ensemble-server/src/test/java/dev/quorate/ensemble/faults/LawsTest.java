package dev.quorate.ensemble.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.faults.Operation.Kind;
import dev.quorate.ensemble.faults.Operation.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Each law lets a right history pass and notices a wrong one.
class LawsTest {
    private final History history = new History();
    private long now;
    private int order;

    private void done(int handle, Kind kind, String path, String value, int version, long zxid, Outcome outcome) {
        now += 10;
        history.add(new Operation(handle, handle, ++order, kind, path, value, version, zxid, now, now + 5, outcome));
    }

    private void write(int handle, String value, int version, long zxid) {
        done(handle, Kind.WRITE, "/r", value, version, zxid, Outcome.OK);
    }

    private void read(int handle, String path, String value, int version, long zxid) {
        done(handle, Kind.READ, path, value, version, zxid, Outcome.OK);
    }

    private void keeps(Law law) {
        assertThat(law.check(history)).isEmpty();
    }

    private void breaks(Law law, String how) {
        assertThat(law.check(history)).singleElement().asString().contains(how);
    }

    @Test
    void linearisableRegisters() {
        write(1, "a", 1, 101);
        read(2, "/r", "", 0, 100);
        keeps(new LinearisableRegisters());
        done(2, Kind.SYNC_READ, "/r", "", 0, 100, Outcome.OK);
        breaks(new LinearisableRegisters(), "no order");
    }

    @Test
    void oneHistory() {
        write(1, "a", 1, 101);
        read(2, "/r", "a", 1, 101);
        keeps(new OneHistory());
        read(3, "/r", "b", 1, 101);
        breaks(new OneHistory(), "two stories");
    }

    @Test
    void laterVersionsHaveLaterZxids() {
        write(1, "a", 1, 102);
        write(1, "b", 2, 101);
        breaks(new OneHistory(), "a later version is older");
    }

    @Test
    void sessionsDoNotGoBackAcrossZnodes() {
        write(1, "a", 1, 101);
        write(1, "b", 2, 103);
        read(2, "/other", "", 1, 102);
        read(2, "/r", "a", 1, 101);
        keeps(new SessionOrder());
        read(2, "/other", "x", 2, 104);
        read(2, "/r", "a", 1, 101);
        breaks(new SessionOrder(), "shown zxid 0x68");
    }

    @Test
    void writesOfASessionKeepTheirOrder() {
        write(1, "a", 1, 101);
        done(1, Kind.WRITE, "/other", "b", 1, 100, Outcome.OK);
        breaks(new SessionOrder(), "out of order");
    }

    @Test
    void sequenceNumbersAreUniqueAndGrow() {
        done(1, Kind.SEQUENTIAL, "/q/s-1", "a", 1, 101, Outcome.OK);
        done(2, Kind.SEQUENTIAL, "/q/s-2", "b", 2, 102, Outcome.OK);
        keeps(new UniqueSequenceNumbers());
        done(2, Kind.SEQUENTIAL, "/q/s-0", "c", 0, 103, Outcome.OK);
        breaks(new UniqueSequenceNumbers(), "had been given before");
    }

    @Test
    void ephemeralsEndWithTheirSessionAndNotBefore() {
        done(1, Kind.EPHEMERAL, "/e/1", "", -1, 101, Outcome.OK);
        done(2, Kind.SYNC_EPHEMERAL, "/e/1", "", 0, 101, Outcome.OK);
        done(1, Kind.SESSION_ENDED, "", "", -1, 0, Outcome.OK);
        done(2, Kind.SYNC_EPHEMERAL, "/e/1", "", -1, 0, Outcome.FAILED);
        keeps(new EphemeralsLiveAsTheirSession());
        done(2, Kind.SYNC_EPHEMERAL, "/e/1", "", 0, 101, Outcome.OK);
        breaks(new EphemeralsLiveAsTheirSession(), "there after the end");
    }

    @Test
    void anEphemeralThatIsGoneMayNotHaveASessionThatWrites() {
        done(1, Kind.EPHEMERAL, "/e/1", "", -1, 101, Outcome.OK);
        done(1, Kind.OWN_EPHEMERAL, "/e/1", "", -1, 0, Outcome.FAILED);
        keeps(new EphemeralsLiveAsTheirSession());
        write(1, "a", 1, 102);
        breaks(new EphemeralsLiveAsTheirSession(), "gone while its session lives");
    }

    @Test
    void anEndedSessionDoesNotWrite() {
        done(1, Kind.SESSION_ENDED, "", "", -1, 0, Outcome.OK);
        write(1, "a", 1, 102);
        breaks(new EphemeralsLiveAsTheirSession(), "writes after its end");
    }

    @Test
    void aWatchFiresBeforeAnythingShowsItsChange() {
        read(1, "/r", "", 0, 100);
        int armed = order;
        write(2, "a", 1, 101);
        read(1, "/other", "", 0, 90);
        int fired = ++order;
        read(1, "/other", "x", 1, 105);
        history.add(new Watched(1, "/r", 0, armed, fired));
        keeps(new WatchBeforeReadOfItsChange());
        history.add(new Watched(1, "/r", 0, armed, Watched.NOT_YET));
        breaks(new WatchBeforeReadOfItsChange(), "was not told of the change");
    }

    @Test
    void aWatchFiresForAChangeOnly() {
        read(1, "/r", "", 0, 100);
        history.add(new Watched(1, "/r", 0, order, ++order));
        breaks(new WatchBeforeReadOfItsChange(), "never was");
    }

    @Test
    void everyServerHoldsWhatWasAcknowledged() {
        write(1, "a", 1, 101);
        done(1, Kind.SEQUENTIAL, "/q/s-1", "b", 1, 102, Outcome.OK);
        Map<String, History.Found> whole = Map.of("/r", new History.Found(1, "a"), "/q/s-1", new History.Found(0, "b"));
        history.finalTree("server 1", whole);
        keeps(new NoAcknowledgedWriteLost());
        history.finalTree("server 2", Map.of("/r", new History.Found(1, "a")));
        breaks(new NoAcknowledgedWriteLost(), "server 2 has lost");
        history.finalTree("server 2", Map.of("/r", new History.Found(1, "c"), "/q/s-1", new History.Found(0, "b")));
        breaks(new NoAcknowledgedWriteLost(), "server 2 has lost");
    }

    @Test
    void noRequestTakesEffectTwice() {
        history.finalTree("server 1", Map.of("/q/s-1", new History.Found(0, "a"), "/q/s-2", new History.Found(0, "a")));
        breaks(new NoAcknowledgedWriteLost(), "was written twice");
    }
}
