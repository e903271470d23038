package dev.quorate.ensemble.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.quorum.Member.HostPort;
import dev.quorate.ensemble.quorum.Member.PeerAddress;
import dev.quorate.ensemble.quorum.Member.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
        Random random = new Random(3);
        for (int run = 0; run < 60; run++) {
            EnsembleConfig config = RandomConfigs.config(random, 7);
            Set<Long> leaders = new HashSet<>(config.voters());
            leaders.removeIf(voter -> !config.rule().mayLead(voter));
            List<Set<Long>> quorums = new ArrayList<>();
            for (int set = 0; set < 1 << 7; set++) {
                if (config.isQuorum(servers(set))) {
                    quorums.add(servers(set));
                }
            }
            for (Set<Long> one : quorums) {
                for (Set<Long> other : quorums) {
                    assertThat(one)
                            .as("%s and %s of%n%s", one, other, ConfigText.format(config))
                            .anyMatch(server -> other.contains(server) && leaders.contains(server));
                }
            }
            assertThat(config.isQuorum(config.members().keySet())).isTrue();
        }
    }

    /// Weighing by hand, as §1.3 of peer-protocol.md says it.
    @Test
    void aQuorumOfGroupsIsMoreThanHalfOfThemEachWonByMoreThanHalfOfItsWeight() {
        Random random = new Random(5);
        for (int run = 0; run < 100; run++) {
            EnsembleConfig config = RandomConfigs.grouped(RandomConfigs.config(random, 7), random);
            QuorumRule.Hierarchy rule = (QuorumRule.Hierarchy) config.rule();
            for (int set = 0; set < 1 << 7; set++) {
                Set<Long> servers = servers(set);
                int won = 0;
                int lost = 0;
                for (long group : new HashSet<>(rule.groups().values())) {
                    long with = 0;
                    long without = 0;
                    for (long voter : config.voters()) {
                        if (rule.groups().get(voter) == group) {
                            with += servers.contains(voter) ? rule.weights().get(voter) : 0;
                            without +=
                                    servers.contains(voter) ? 0 : rule.weights().get(voter);
                        }
                    }
                    won += with > without ? 1 : 0;
                    lost += with <= without && with + without > 0 ? 1 : 0;
                }
                assertThat(config.isQuorum(servers)).isEqualTo(won > lost);
            }
        }
    }

    @Test
    void theHighestZxidOfAQuorumIsTheHighestWhoseHoldersAreOne() {
        Random random = new Random(6);
        for (int run = 0; run < 2_000; run++) {
            EnsembleConfig config = RandomConfigs.config(random, 7);
            Map<Long, Long> acked = new HashMap<>();
            for (int ack = random.nextInt(12); ack > 0; ack--) {
                acked.put((long) random.nextInt(8), 1L + random.nextInt(5));
            }
            long highest = 0;
            for (long zxid = 1; zxid <= 5; zxid++) {
                long wanted = zxid;
                Set<Long> holders = new HashSet<>(acked.keySet());
                holders.removeIf(server -> acked.get(server) < wanted);
                highest = config.isQuorum(holders) ? zxid : highest;
            }
            assertThat(config.rule().committable(acked)).isEqualTo(highest);
        }
    }

    @Test
    void whileAReconfigurationIsUnderWayBothConfigurationsDecide() {
        EnsembleConfig old = withVoters(0b000111, 6);
        EnsembleConfig fresh = withVoters(0b111000, 6).withVersion(9);
        Membership between = new Membership(old, fresh);
        assertThat(between.isPending()).isTrue();
        assertThat(between.isQuorum(servers(0b000011))).isFalse();
        assertThat(between.isQuorum(servers(0b110000))).isFalse();
        assertThat(between.isQuorum(servers(0b110011))).isTrue();
        assertThat(between.voters()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(Membership.of(old).isQuorum(servers(0b000011))).isTrue();
    }

    @Test
    void configurationsSayTheSameWhateverTheirVersionsAndTheOrderOfAddresses() {
        EnsembleConfig one = ConfigText.read("server.1=a:1:2|b:3:4:participant;5\nserver.2=c:1:2:observer\nversion=a");
        EnsembleConfig other = ConfigText.read("server.2=c:1:2:observer\nserver.1=b:3:4|a:1:2;0.0.0.0:5\nversion=b");
        assertThat(one.saysTheSameAs(other)).isTrue();
        assertThat(one).isNotEqualTo(other);
        for (String change : new String[] {
            "server.1=b:3:4|a:1:2;0.0.0.0:6\nserver.2=c:1:2:observer",
            "server.1=b:3:4|a:1:2;5\nserver.2=c:1:2",
            "server.1=b:3:4|a:1:9;5\nserver.2=c:1:2:observer",
            "server.1=b:3:4|a:9:2;5\nserver.2=c:1:2:observer",
            "server.1=b:3:4|a:1:2;5\nserver.3=c:1:2:observer",
            "server.1=b:3:4|a:1:2;5\nserver.2=c:1:2:observer\ngroup.1=1"
        }) {
            assertThat(one.saysTheSameAs(ConfigText.read(change))).as(change).isFalse();
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

    @Test
    void groupsAndWeightsStandBehindTheMembers() {
        EnsembleConfig config = ConfigText.read("""
                # as in a file
                server.1=a:1:2
                server.3=c:1:2
                server.2=b:1:2

                group.2=2:3
                group.1=1
                weight.3=0
                version=a
                """);
        assertThat(ConfigText.format(config)).isEqualTo("""
                        server.1=a:1:2:participant
                        server.2=b:1:2:participant
                        server.3=c:1:2:participant
                        group.1=1
                        group.2=2:3
                        weight.1=1
                        weight.2=1
                        weight.3=0
                        version=a""");
        assertThat(config.rule().mayLead(3)).isFalse();
        assertThat(config.isVoter(3)).isTrue();
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
                "server.1=:1:2",
                "server.1=a:1:1",
                "server.1=a:1:0",
                "server.1=a:1:2;70000",
                "server.1=[::1]x2888:3888",
                "server.1=[::1:2888:3888",
                "server.1=a:1:2|b:1:2:observer",
                "server.256=a:1:2",
                "server.1=a:1:2\nserver.01=b:1:2",
                "group.1=1:2",
                "server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1",
                "server.1=a:1:2\ngroup.1=1\ngroup.2=1",
                "server.1=a:1:2\ngroup.1=1\nweight.1=0",
                "server.1=a:1:2\ngroup.1=1\nweight.1=-1",
                "server.1=a:1:2\nweight.1=2",
                "tickTime=1"
            })
    void aTextThatIsNoConfigurationIsNotTakenForOne(String text) {
        assertThat(ConfigText.parse(text)).isNull();
    }

    @Test
    void aBadServerLineSaysWhatIsWrong() {
        assertThatThrownBy(() -> ConfigText.member(1, "a:1:70000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"70000\" is no port; allowed is 1 to 65535");
    }

    private static EnsembleConfig withVoters(int voters, int size) {
        TreeMap<Long, Member> members = new TreeMap<>();
        for (int id = 0; id < size; id++) {
            Role role = (voters >> id & 1) == 1 ? Role.PARTICIPANT : Role.OBSERVER;
            members.put((long) id, new Member(id, List.of(new PeerAddress("h", 1, 2)), role, null));
        }
        return new EnsembleConfig(members, 0);
    }

    private static Set<Long> servers(int bits) {
        Set<Long> servers = new HashSet<>();
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
        EnsembleConfig config = new EnsembleConfig(members, random.nextLong() >>> 1);
        return random.nextBoolean() || config.voters().isEmpty() ? config : RandomConfigs.grouped(config, random);
    }
}
