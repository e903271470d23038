package dev.quorate.ensemble.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RehearsalTest {
    /// Three servers before their leader dies, two after.
    @Test
    void isPlayedToItsEnd() {
        assertThat(new Rehearsal().play()).isEqualTo(5 * Rehearsal.ANSWERS);
    }
}
