package dev.quorate.ensemble.simulation.mutation;

import static dev.quorate.ensemble.simulation.mutation.Mutant.after;
import static dev.quorate.ensemble.simulation.mutation.Mutant.body;
import static dev.quorate.ensemble.simulation.mutation.Mutant.insteadOf;
import static dev.quorate.ensemble.simulation.mutation.Mutant.instructions;
import static dev.quorate.ensemble.simulation.mutation.Mutant.redirect;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Bugs of reconfigurations (peer-protocol.md §7).
final class ReconfigurationBugs {
    private static final ClassDesc LEADING = ClassDesc.of(Mutant.BASE + "core.Leading");
    private static final ClassDesc STATE = ClassDesc.of(Mutant.BASE + "core.MemberState");
    private static final ClassDesc ENTRY = ClassDesc.of(Mutant.BASE + "txn.TxnEntry");
    private static final ClassDesc CONFIG = ClassDesc.of(Mutant.BASE + "quorum.EnsembleConfig");
    private static final ClassDesc MEMBERSHIP = ClassDesc.of(Mutant.BASE + "quorum.Membership");
    private static final ClassDesc MEMBER = ClassDesc.of(Mutant.BASE + "quorum.Member");
    private static final ClassDesc TEXT = ClassDesc.of(Mutant.BASE + "quorum.ConfigText");
    private static final ClassDesc RULE = ClassDesc.of(Mutant.BASE + "quorum.QuorumRule");
    private static final MethodTypeDesc TAKES_CONFIG = MethodTypeDesc.of(ConstantDescs.CD_void, CONFIG);

    private ReconfigurationBugs() {}

    static List<Mutant> all() {
        return List.of(
                instructions(
                        "reconfiguration: a quorum of the new configuration alone commits it",
                        "core.Leading",
                        "proposed",
                        redirect("rules", "rulesOfTheNew")),
                instructions(
                        "reconfiguration: a quorum of the old configuration alone commits it",
                        "core.Leading",
                        "proposed",
                        redirect("rules", "rulesOfTheOld")),
                instructions(
                        "reconfiguration: what was proposed before it is in force needs the new configuration alone",
                        "core.Leading",
                        "activate",
                        insteadOf("lastProposed", code -> code.aload(1)
                                .invokevirtual(ENTRY, "zxid", MethodTypeDesc.of(ConstantDescs.CD_long)))),
                instructions(
                        "reconfiguration: in force where it is logged, before it is committed",
                        "core.MemberState",
                        "append",
                        after(
                                "proposed",
                                code -> code.aload(0).aload(2).invokevirtual(STATE, "activated", TAKES_CONFIG))),
                instructions(
                        "reconfiguration: what NEWLEADER tells is in force before UPTODATE",
                        "core.Following",
                        "newLeader",
                        (code, element) -> {
                            boolean proposed = Mutant.call("proposed").test(element);
                            if (proposed) {
                                code.invokevirtual(STATE, "activated", TAKES_CONFIG);
                            }
                            return proposed;
                        }),
                instructions(
                        "reconfiguration: votes show the last configuration seen as the one in force",
                        "core.EnsembleMember",
                        "notification",
                        (code, element) -> {
                            boolean text = Mutant.call("configText").test(element);
                            if (text) {
                                code.invokevirtual(STATE, "membership", MethodTypeDesc.of(MEMBERSHIP))
                                        .invokevirtual(MEMBERSHIP, "lastSeen", MethodTypeDesc.of(CONFIG))
                                        .invokestatic(
                                                TEXT, "format", MethodTypeDesc.of(ConstantDescs.CD_String, CONFIG));
                            }
                            return text;
                        }),
                instructions(
                        "reconfiguration: the last configuration seen is not written to disk",
                        "core.MemberState",
                        "know",
                        (code, element) -> {
                            boolean changed = Mutant.call("configChanged").test(element);
                            if (changed) {
                                code.invokestatic(
                                                Mutant.MISTAKES,
                                                "withoutLastSeen",
                                                MethodTypeDesc.of(MEMBERSHIP, MEMBERSHIP))
                                        .with(element);
                            }
                            return changed;
                        }),
                instructions(
                        "reconfiguration: a new epoch needs a quorum of the configuration in force only",
                        "core.Leading",
                        "countEpochAcks",
                        (code, element) -> {
                            boolean quorum = element instanceof InvokeInstruction invoke
                                    && invoke.name().equalsString("isQuorum");
                            if (quorum) {
                                code.invokevirtual(
                                        LEADING, "isCommittedQuorum", ((InvokeInstruction) element).typeSymbol());
                            }
                            return quorum;
                        }),
                body(
                        "reconfiguration: handed over to the smallest id, whatever is in its log",
                        "zab.CommitRule",
                        "furthest",
                        code -> code.aload(1)
                                .invokestatic(
                                        Mutant.MISTAKES,
                                        "firstOf",
                                        MethodTypeDesc.of(ConstantDescs.CD_long, ClassDesc.of("java.util.SortedSet")))
                                .lreturn()),
                body(
                        "reconfiguration: who has handed over commits what comes behind as well",
                        "core.Leading",
                        "mayCommit",
                        code -> code.iconst_1().ireturn()),
                body(
                        "reconfiguration: a leader that was removed goes on",
                        "core.Leading",
                        "mayGoOn",
                        code -> code.iconst_1().ireturn()),
                instructions(
                                "reconfiguration: acks of servers without a vote count",
                                "quorum.QuorumRule$Majority",
                                "isQuorum",
                                insteadOf("contains", CodeBuilder::iconst_1))
                        .and(body("", "quorum.QuorumRule$Majority", "committable", code -> code.aload(0)
                                .aload(1)
                                .invokespecial(
                                        RULE,
                                        "committable",
                                        MethodTypeDesc.of(ConstantDescs.CD_long, ClassDesc.of("java.util.Map")),
                                        true)
                                .lreturn())),
                instructions(
                                "reconfiguration: a server that was removed still votes",
                                "quorum.QuorumRule$Majority",
                                "isQuorum",
                                insteadOf("contains", CodeBuilder::iconst_1))
                        .and(body("", "quorum.EnsembleConfig", "isVoter", code -> code.aload(0)
                                .lload(1)
                                .invokevirtual(CONFIG, "member", MethodTypeDesc.of(MEMBER, ConstantDescs.CD_long))
                                .invokestatic(
                                        Mutant.MISTAKES,
                                        "votesOrIsGone",
                                        MethodTypeDesc.of(ConstantDescs.CD_boolean, MEMBER))
                                .ireturn())),
                instructions(
                        "reconfiguration: a conditional one is not held against the version",
                        "request.Reconfiguration",
                        "decide",
                        insteadOf("configVersion", code -> code.loadConstant(-1L))),
                instructions(
                        "reconfiguration: another one is proposed while one is under way",
                        "request.Reconfiguration",
                        "decide",
                        insteadOf("isPending", CodeBuilder::iconst_0)),
                instructions(
                        "reconfiguration: accepted without a quorum of the new configuration in sync",
                        "request.Reconfiguration",
                        "decide",
                        insteadOf("isQuorum", CodeBuilder::iconst_1)),
                body(
                        "reconfiguration: nobody takes a newer configuration from others",
                        "core.EnsembleMember",
                        "adopts",
                        code -> code.iconst_0().ireturn()),
                instructions(
                        "reconfiguration: a leader takes learners that know a newer configuration",
                        "core.Leading",
                        "informed",
                        insteadOf("configVersion", CodeBuilder::lconst_0)),
                instructions(
                        "1783: the first leader leaves version 0 as it is",
                        "core.Leading",
                        "chooseEpoch",
                        redirect("withVersion", "sameVersion")));
    }
}
