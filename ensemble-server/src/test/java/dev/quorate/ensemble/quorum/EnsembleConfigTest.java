package dev.quorate.ensemble.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleConfigTest {
    /// Every set of servers of every small ensemble, strangers and observers among them, against counting on fingers.
    @Test
    void aQuorumIsMoreThanHalfOfTheVotersWhoeverElseIsInTheSet() {
        for (int roles = 0; roles < 1 << 6; roles++) {
            EnsembleConfig config = withVoters(roles, 6);
            for (int set = 0; set < 1 << 7; set++) {
                int with = Integer.bitCount(set & roles);
                int without = Integer.bitCount(~set & roles);
                assertThat(config.isQuorum(servers(set)))
                        .as("voters %s, set %s", servers(roles), servers(set))
                        .isEqualTo(with > without);
            }
        }
    }

    @Test
    void twoQuorumsOfOneConfigurationAlwaysShareAVoter() {
        EnsembleConfig config = withVoters(0b11011, 6);
        for (int one = 0; one < 1 << 6; one++) {
            for (int other = 0; other < 1 << 6; other++) {
                if (config.isQuorum(servers(one)) && config.isQuorum(servers(other))) {
                    assertThat(one & other & 0b11011).isNotZero();
                }
            }
        }
    }

    @Test
    void theTextOfAConfigurationReadsBackAsTheSame() {
        Random random = new Random(7);
        for (int run = 0; run < 500; run++) {
            EnsembleConfig config = random(random);
            assertThat(ConfigText.parse(ConfigText.format(config))).isEqualTo(config);
        }
    }

    @Test
    void theTextIsTheOneThatApacheZooKeeperWrites() {
        TreeMap<Long, Member> members = new TreeMap<>();
        members.put(2L, ConfigText.member(2, "[::1]:2888:3888:OBSERVER;2181"));
        members.put(1L, ConfigText.member(1, "zk-1:2888:3888"));
        assertThat(ConfigText.format(new EnsembleConfig(members, 0x1_0000_000aL)))
                .isEqualTo("""
                        server.1=zk-1:2888:3888:participant
                        server.2=[::1]:2888:3888:observer;0.0.0.0:2181
                        version=10000000a""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server.1=a:1",
                "server.1=a:1:2:voter",
                "server.1=a:1:2:participant:3",
                "server.1=a:1:70000",
                "server.1=a:1:2;3;4",
                "server.x=a:1:2",
                "version=xyz",
                "group.1=1:2",
                "weight.1=2",
                "tickTime=1"
            })
    void aTextThatIsNoConfigurationIsNotTakenForOne(String text) {
        assertThat(ConfigText.parse(text)).isNull();
    }

    @Test
    void aBadServerLineSaysWhatIsWrong() {
        assertThatThrownBy(() -> ConfigText.member(1, "a:1:70000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port 70000 is not between 0 and 65535");
    }

    private static EnsembleConfig withVoters(int voters, int size) {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (int id = 0; id < size; id++) {
            Role role = (voters >> id & 1) == 1 ? Role.PARTICIPANT : Role.OBSERVER;
            members.put((long) id, new Member(id, List.of(new PeerAddress("h", 1, 2)), role, null));
        }
        return new EnsembleConfig(members, 0);
    }

    private static List<Long> servers(int bits) {
        List<Long> servers = new ArrayList<>();
        for (int id = 0; id < 32; id++) {
            if ((bits >> id & 1) == 1) {
                servers.add((long) id);
            }
        }
        return servers;
    }

    private static EnsembleConfig random(Random random) {
        TreeMap<Long, Member> members = new TreeMap<>();
        int size = 1 + random.nextInt(7);
        for (int i = 0; i < size; i++) {
            long id = random.nextInt(256);
            Role role = random.nextBoolean() ? Role.PARTICIPANT : Role.OBSERVER;
            String host =
                    List.of("zk-" + id + ".zk", "10.0.0." + id, "fd00::" + id).get(random.nextInt(3));
            HostPort client = random.nextBoolean() ? new HostPort("0.0.0.0", 1 + random.nextInt(65535)) : null;
            PeerAddress address = new PeerAddress(host, 1 + random.nextInt(65535), 1 + random.nextInt(65535));
            members.put(id, new Member(id, List.of(address), role, client));
        }
        return new EnsembleConfig(members, random.nextLong() >>> 1);
    }
}
