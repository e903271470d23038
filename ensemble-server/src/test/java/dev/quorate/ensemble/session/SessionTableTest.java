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
}
