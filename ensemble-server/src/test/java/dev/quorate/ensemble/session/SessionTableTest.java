package dev.quorate.ensemble.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final long SECOND = 1_000_000_000L;

    private final SessionTable sessions = new SessionTable(100);

    @Test
    void aSilentSessionExpiresOnce() {
        sessions.add(1, 1_000, 0);
        assertThat(sessions.expire(SECOND / 2)).isEmpty();
        assertThat(sessions.expire(2 * SECOND)).containsExactly(1L);
        assertThat(sessions.expire(9 * SECOND)).isEmpty();
    }

    @Test
    void aSessionThatItsClientIsClosingDoesNotExpireAsWell() {
        sessions.add(1, 1_000, 0);
        assertThat(sessions.close(1)).isTrue();
        assertThat(sessions.expire(2 * SECOND)).isEmpty();
    }

    @Test
    void aSessionThatIsOverIsKnownAsClosedForAWhile() {
        sessions.add(1, 1_000, 0);
        sessions.end(1, 3 * SECOND);
        assertThat(sessions.expire(2 * SECOND)).isEmpty();
        assertThat(sessions.isClosing(1)).isTrue();
        assertThat(sessions.touch(1, 1_000, 2 * SECOND)).isFalse();
        assertThat(sessions.expire(4 * SECOND)).isEmpty();
        assertThat(sessions.contains(1)).isFalse();
    }
}
