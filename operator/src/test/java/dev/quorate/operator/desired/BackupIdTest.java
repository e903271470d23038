package dev.quorate.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import org.junit.jupiter.api.Test;

class BackupIdTest {
    private static ObjectMeta backup(String uid, String created) {
        return new ObjectMetaBuilder()
                .withUid(uid)
                .withCreationTimestamp(created)
                .build();
    }

    @Test
    void sameBackupAndAttemptGiveTheSameIdentityEveryTime() {
        ObjectMeta backup = backup("0b6cf0e4", "2026-11-22T02:00:00Z");
        assertThat(BackupId.of(backup, 1)).isEqualTo(BackupId.of(backup, 1)).matches("[0-7][0-9A-HJKMNP-TV-Z]{25}");
    }

    @Test
    void anotherAttemptOrAnotherBackupOfTheSameNameIsAnotherIdentity() {
        ObjectMeta first = backup("0b6cf0e4", "2026-11-22T02:00:00Z");
        assertThat(BackupId.of(first, 2)).isNotEqualTo(BackupId.of(first, 1));
        assertThat(BackupId.of(backup("77aa", "2026-11-22T02:00:00Z"), 1)).isNotEqualTo(BackupId.of(first, 1));
    }

    @Test
    void identitiesSortByTimeOfCreation() {
        assertThat(BackupId.of(backup("z", "2026-11-22T02:00:00Z"), 3))
                .isLessThan(BackupId.of(backup("a", "2026-11-22T02:00:01Z"), 1));
        // The example of the ULID specification: 1469918176385 ms.
        assertThat(BackupId.of(backup("a", "2016-07-30T22:36:16.385Z"), 1)).startsWith("01ARYZ6S41");
    }
}
