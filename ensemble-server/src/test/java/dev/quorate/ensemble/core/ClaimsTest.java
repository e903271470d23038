package dev.quorate.ensemble.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.message.Notification;
import dev.quorate.ensemble.message.Notification.PeerState;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private final Claims claims = new Claims();

    private String vote(long from, long leader, long epoch) {
        return claims.heard(from, new Notification(PeerState.LOOKING, leader, epoch << 32, 1, epoch, 2, ""));
    }

    @Test
    void anEpochThatGetsSmallerIsDoubtedUntilItIsReachedAgain() {
        assertThat(vote(2, 2, 5)).isEmpty();
        assertThat(vote(2, 2, 3))
                .isEqualTo("server 2 votes with epoch 3, but had epoch 5 before: its disk went back in time;"
                        + " its votes do not count until it is synchronised");
        assertThat(claims.doubt(2)).isTrue();
        assertThat(vote(2, 2, 4)).as("said once").isEmpty();
        assertThat(claims.doubt(2)).isTrue();
        assertThat(vote(2, 2, 5)).isEmpty();
        assertThat(claims.doubt(2)).isFalse();
    }

    @Test
    void votesForOthersAndOfServersWithoutAVoteSayNothingOfADisk() {
        vote(2, 2, 5);
        vote(2, 3, 1);
        claims.heard(2, new Notification(PeerState.FOLLOWING, 2, 0, 1, 1, 2, ""));
        claims.heard(2, new Notification(PeerState.LOOKING, 2, -1, 1, 1, 2, ""));
        assertThat(claims.doubt(2)).isFalse();
        assertThat(claims.doubt(3)).isFalse();
    }
}
