package dev.quorate.ensemble.simulation.oracle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The models know nothing of the server, and what they are for: they refuse what must not be.
class OracleTest {
    private static final long Z11 = 0x1_0000_0001L;
    private static final long Z12 = 0x1_0000_0002L;

    private static final SortedMap<Integer, String> LINES =
            new TreeMap<>(Map.of(1, "a:1:1:participant", 2, "b:1:1:participant", 3, "c:1:1:participant"));

    private final AbstractZab zab = new AbstractZab(new Configuration(0, LINES, servers -> servers.size() >= 2), false);
    private static final long FIRST = 0x1_0000_0000L;
    private static final String TO_FOUR =
            "server.1=a:1:1:participant\nserver.4=d:1:1:participant\nserver.5=e:1:1:participant\nversion=";

    private final AbstractZab changing =
            new AbstractZab(new Configuration(0, LINES, servers -> servers.size() >= 2), true);

    private final TreeModel tree = new TreeModel();

    @Test
    void theModelsShareNothingWithTheServerButValues() {
        classes()
                .that()
                .resideInAPackage("..simulation.oracle..")
                .and()
                .haveSimpleNameNotEndingWith("Test")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "dev.quorate.ensemble.model",
                        "dev.quorate.ensemble.message",
                        "dev.quorate.ensemble.simulation.oracle")
                .check(new ClassFileImporter().importPackages("dev.quorate.ensemble.simulation.oracle"));
    }

    private void epochOneOfServerOneWithServerTwo() {
        zab.promised(1, 1);
        zab.promised(2, 1);
        zab.leads(1, 1, List.of(), 0, 0);
        zab.madeCurrent(1, 1);
        zab.madeCurrent(2, 1);
    }

    @Test
    void whatAQuorumHoldsMayBeDelivered() {
        epochOneOfServerOneWithServerTwo();
        zab.proposed(1, 1, Z11);
        zab.appended(1, Z11);
        zab.appended(2, Z11);
        zab.delivers(2, 1, Z11);
        assertThat(zab.delivered()).containsExactly(Z11);
    }

    @Test
    void whatOneServerHoldsMayNotBeDelivered() {
        epochOneOfServerOneWithServerTwo();
        zab.proposed(1, 1, Z11);
        zab.appended(1, Z11);
        assertThatThrownBy(() -> zab.delivers(1, 1, Z11)).hasMessageContaining("which only [1] have");
    }

    @Test
    void anEpochNeedsTheWordOfAQuorumThatKnowsNoMore() {
        epochOneOfServerOneWithServerTwo();
        zab.proposed(1, 1, Z11);
        zab.appended(2, Z11);
        zab.promised(2, 2);
        zab.promised(3, 2);
        assertThatThrownBy(() -> zab.leads(3, 2, List.of(), 0, 0)).hasMessageContaining("promised by");
        zab.leads(2, 2, List.of(Z11), 0, 0);
    }

    @Test
    void aPlaceInTheLogHoldsWhatTheEpochHasThere() {
        epochOneOfServerOneWithServerTwo();
        zab.proposed(1, 1, Z11);
        zab.proposed(1, 1, Z12);
        assertThatThrownBy(() -> zab.appended(2, Z12)).hasMessageContaining("does not have there");
    }

    @Test
    void whatWasDeliveredStaysWithAQuorum() {
        whatAQuorumHoldsMayBeDelivered();
        assertThatThrownBy(() -> zab.holds(2, List.of())).hasMessageContaining("no quorum has all");
    }

    // --- reconfiguration

    /// Server 1 leads servers 1, 2 and 3 in epoch 1, and servers 4 and 5 follow; it proposes that 1, 4 and 5 go on.
    private void oneProposesToGoOnWithFourAndFive() {
        List.of(1, 2, 4, 5).forEach(server -> changing.promised(server, 1));
        changing.leads(1, 1, List.of(), 0, FIRST);
        for (int server : new int[] {1, 2, 4, 5}) {
            changing.knows(server, 0, FIRST);
            changing.madeCurrent(server, 1);
        }
        changing.activates(1, 1, FIRST);
        var request = new ClientRequest.Reconfig(null, null, TO_FOUR.replace("version=", ""), -1);
        changing.reconfigures(1, 1, Z11, request, TO_FOUR + "100000001");
    }

    private void logsIt(int... servers) {
        for (int server : servers) {
            changing.knows(server, 0, Z11);
            changing.appended(server, Z11);
        }
    }

    @Test
    void aReconfigurationNeedsAQuorumOfBoth() {
        oneProposesToGoOnWithFourAndFive();
        logsIt(1, 4, 5);
        assertThatThrownBy(() -> changing.activates(1, 1, Z11)).hasMessageContaining("before quorums of both");
        logsIt(2);
        changing.activates(1, 1, Z11);
    }

    @Test
    void whatIsProposedBeforeItIsInForceNeedsBothAsWellAndWhatComesBehindTheNewOne() {
        oneProposesToGoOnWithFourAndFive();
        changing.proposed(1, 1, Z12);
        logsIt(1, 2, 4);
        changing.activates(1, 1, Z11);
        changing.appended(1, Z12);
        changing.appended(4, Z12);
        assertThatThrownBy(() -> changing.delivers(1, 1, Z12)).hasMessageContaining("which only [1, 4] have");
        changing.proposed(1, 1, Z12 + 1);
        changing.appended(1, Z12 + 1);
        changing.appended(4, Z12 + 1);
        changing.delivers(1, 1, Z12 + 1);
    }

    @Test
    void anEpochNeedsBothWhileOneIsProposed() {
        oneProposesToGoOnWithFourAndFive();
        logsIt(2);
        changing.promised(2, 2);
        changing.promised(3, 2);
        assertThatThrownBy(() -> changing.leads(2, 2, List.of(Z11), 0, Z11)).hasMessageContaining("promised by");
        assertThatThrownBy(() -> changing.leads(2, 2, List.of(Z11), 0, FIRST)).hasMessageContaining("a later one");
        changing.promised(4, 2);
        changing.promised(5, 2);
        changing.leads(2, 2, List.of(Z11), 0, Z11);
    }

    @Test
    void whoeverKnowsThatAConfigurationIsInForcePromisesNothingToWhoeverDoesNot() {
        oneProposesToGoOnWithFourAndFive();
        logsIt(1, 2, 4);
        changing.activates(1, 1, Z11);
        changing.knows(4, Z11, Z11);
        List.of(2, 3, 4, 5).forEach(server -> changing.promised(server, 2));
        assertThatThrownBy(() -> changing.leads(2, 2, List.of(Z11), 0, Z11)).hasMessageContaining("promised by");
    }

    @Test
    void aConfigurationIsOnDiskBeforeItIsInTheLogAndStaysThere() {
        oneProposesToGoOnWithFourAndFive();
        assertThatThrownBy(() -> changing.appended(2, Z11)).hasMessageContaining("the last one that it knows");
        logsIt(2);
        assertThatThrownBy(() -> changing.knows(2, 0, FIRST)).hasMessageContaining("forgets configuration");
    }

    @Test
    void whoeverLeadsNextVotesAndHasTheReconfiguration() {
        oneProposesToGoOnWithFourAndFive();
        logsIt(1, 2, 4);
        assertThatThrownBy(() -> changing.handsOver(1, 1, Z11, 2)).hasMessageContaining("hands over to server 2");
        assertThatThrownBy(() -> changing.handsOver(1, 1, Z11, 5)).hasMessageContaining("hands over to server 5");
        changing.handsOver(1, 1, Z11, 4);
    }

    @Test
    void aReconfigurationIsWhatWasAskedForAndOneAtATime() {
        oneProposesToGoOnWithFourAndFive();
        var leaves = new ClientRequest.Reconfig(null, "5", null, -1);
        String text = TO_FOUR.replace("server.5=e:1:1:participant\n", "") + "100000002";
        assertThatThrownBy(() -> changing.reconfigures(1, 1, Z12, leaves, text)).hasMessageContaining("is under way");
        logsIt(1, 2, 4);
        changing.activates(1, 1, Z11);
        var conditional = new ClientRequest.Reconfig(null, "5", null, FIRST);
        assertThatThrownBy(() -> changing.reconfigures(1, 1, Z12, conditional, text))
                .hasMessageContaining("a change of version");
        assertThatThrownBy(() -> changing.reconfigures(1, 1, Z12, leaves, TO_FOUR + "100000002"))
                .hasMessageContaining("due was");
        changing.reconfigures(1, 1, Z12, leaves, text);
    }

    @Test
    void aRequestThatFailsLeavesNothingBehind() {
        tree.begin(1, 1000, 7);
        assertThat(tree.execute(create("/a-", 2)).created()).containsExactly("/a-0000000000");
        tree.begin(2, 1000, 7);
        TreeModel.Outcome outcome = tree.execute(
                new ClientRequest.Multi(List.of(create("/b", 0), new ClientRequest.Delete("/nowhere", -1))));
        assertThat(outcome).isEqualTo(new TreeModel.Outcome(-101, 1, List.of()));
        assertThat(tree.at("/b", 2)).isNull();
        tree.begin(3, 1000, 7);
        assertThat(tree.execute(create("/a-", 2)).created()).containsExactly("/a-0000000001");
    }

    private static ClientRequest create(String path, int flags) {
        return new ClientRequest.Create(OpCode.CREATE, path, new byte[0], List.of(), flags, -1);
    }
}
