package dev.quorate.ensemble.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.ensemble.config.ConfigReader;
import dev.quorate.ensemble.config.DynamicConfigFiles;
import dev.quorate.ensemble.config.ServerConfig;
import dev.quorate.ensemble.quorum.EnsembleConfig;
import dev.quorate.ensemble.quorum.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberFilesTest {
    @TempDir
    Path directory;

    private Path config;
    private Path data;

    @BeforeEach
    void writeConfigMap() throws IOException {
        config = Files.createDirectories(directory.resolve("config"));
        data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(
                config.resolve("zoo.cfg"),
                "tickTime=2000\ninitLimit=10\nsyncLimit=5\nstandaloneEnabled=false\n"
                        + "reconfigEnabled=true\ndataDir=/wrong\n");
        Files.writeString(
                config.resolve("members"),
                "server.1=m1.x:2888:3888:participant;0.0.0.0:2181\nserver.2=m2.x:2888:3888:participant;0.0.0.0:2181\n");
    }

    private ServerConfig render(long id) throws Exception {
        Path file = new MemberFiles(config, data, id, "m" + id + ".x").render();
        return ConfigReader.read(file, Map.of(), Map.of());
    }

    @Test
    void theSharedConfigurationBecomesThisMembersOwn() throws Exception {
        ServerConfig rendered = render(2);
        assertThat(rendered.serverId()).isEqualTo(2);
        assertThat(rendered.dataDir()).isEqualTo(data);
        assertThat(rendered.client()).isEqualTo(new ServerConfig.Endpoint("", 2181, -1));
        assertThat(rendered.quorum().listenOnAllAddresses()).isTrue();
        assertThat(rendered.voteWithEmptyStore()).isFalse();
        assertThat(rendered.warnings()).isEmpty();
    }

    @Test
    void theListOnTheVolumeWinsOverTheConfigMaps() throws Exception {
        ServerConfig first = render(1);
        TreeMap<Long, Member> more = new TreeMap<>(first.quorum().members().members());
        more.put(3L, more.get(1L));
        EnsembleConfig grown = new EnsembleConfig(
                Map.of(1L, more.get(1L), 2L, more.get(2L)).entrySet().stream()
                        .collect(TreeMap::new, (map, entry) -> map.put(entry.getKey(), entry.getValue()), Map::putAll),
                0x200000005L);
        new DynamicConfigFiles(first.file(), 1, 0).write(grown, grown);
        Files.writeString(config.resolve("members"), "server.1=other:2888:3888;2181\n");
        assertThat(render(1).quorum().members()).isEqualTo(grown);
    }

    @Test
    void aJoinerThatNobodyAddedYetIsAnObserver() throws Exception {
        EnsembleConfig members = render(7).quorum().members();
        assertThat(members.isObserver(7)).isTrue();
        assertThat(members.voters()).containsExactly(1L, 2L);
    }

    @Test
    void aVolumeIsClaimedOnceAndForOneMemberOnly() throws Exception {
        VolumeStamp stamp = new VolumeStamp("uid-1", 1, 3);
        assertThat(stamp.claim(data)).isTrue();
        assertThat(stamp.claim(data)).isFalse();
        assertThatThrownBy(() -> new VolumeStamp("uid-2", 1, 3).claim(data))
                .isInstanceOf(VolumeStamp.Foreign.class)
                .hasMessageContaining("belongs to member 3 of ensemble uid-1, incarnation 1");
        assertThatThrownBy(() -> new VolumeStamp("uid-1", 2, 3).claim(data)).isInstanceOf(VolumeStamp.Foreign.class);
    }

    @Test
    void unknownContentsAreRefusedAndLeftAlone() throws Exception {
        Files.writeString(data.resolve("precious"), "x");
        assertThatThrownBy(() -> new VolumeStamp("uid-1", 1, 3).claim(data)).hasMessageContaining("holds precious");
        assertThat(data.resolve(VolumeStamp.NAME)).doesNotExist();
    }
}
