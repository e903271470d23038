package dev.quorate.ensemble.simulation.oracle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The models know nothing of the server, and what they are for: they refuse what must not be.
class OracleTest {
    private static final long Z11 = 0x1_0000_0001L;
    private static final long Z12 = 0x1_0000_0002L;

    private final AbstractZab zab = new AbstractZab(servers -> servers.size() >= 2);
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
        zab.leads(1, 1, List.of());
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
        assertThatThrownBy(() -> zab.leads(3, 2, List.of())).hasMessageContaining("promised by");
        zab.leads(2, 2, List.of(Z11));
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
