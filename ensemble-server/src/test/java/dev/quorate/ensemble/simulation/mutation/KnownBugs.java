package dev.quorate.ensemble.simulation.mutation;

import static dev.quorate.ensemble.simulation.mutation.Mutant.after;
import static dev.quorate.ensemble.simulation.mutation.Mutant.instructions;

import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// More of the known bugs and invariants of peer-protocol.md §8.
final class KnownBugs {
    private static final ClassDesc FOLLOWING = ClassDesc.of(Mutant.BASE + "core.Following");
    private static final ClassDesc STAGE = ClassDesc.of(Mutant.BASE + "core.Following$Stage");
    private static final ClassDesc STATE = ClassDesc.of(Mutant.BASE + "core.MemberState");
    private static final ClassDesc ITERABLE = ClassDesc.of("java.lang.Iterable");
    private static final MethodTypeDesc TAKES_LONG = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long);

    private KnownBugs() {}

    static List<Mutant> all() {
        return List.of(
                instructions(
                        "2307, 4269: an epoch is acknowledged before its file is written",
                        "core.Following",
                        "epochOffered",
                        after("promise", code -> code.aload(0)
                                .lload(1)
                                .invokevirtual(FOLLOWING, "acceptedEpochStored", TAKES_LONG))),
                instructions(
                        "2307, 4269: a leader offers an epoch and counts itself before its file is written",
                        "core.Leading",
                        "countEpochAcks",
                        (code, element) -> {
                            boolean accepted = element instanceof FieldInstruction field
                                    && field.name().equalsString("acceptedEpoch");
                            if (accepted) {
                                code.pop().loadConstant(Long.MAX_VALUE);
                            }
                            return accepted;
                        }),
                instructions(
                        "2355: what was received of a DIFF counts although its leader was lost before the end",
                        "core.Following",
                        "leave",
                        after("closeLeader", code -> code.aload(0)
                                .getfield(FOLLOWING, "stage", STAGE)
                                .getstatic(STAGE, "SYNCHRONISATION", STAGE)
                                .ifThen(Opcode.IF_ACMPEQ, then -> then.aload(0)
                                        .getfield(FOLLOWING, "state", STATE)
                                        .dup()
                                        .getfield(STATE, "lastLogged", ConstantDescs.CD_long)
                                        .aload(0)
                                        .getfield(FOLLOWING, "committedUpTo", ConstantDescs.CD_long)
                                        .invokestatic(
                                                ClassDesc.of("java.lang.Math"),
                                                "max",
                                                MethodTypeDesc.of(
                                                        ConstantDescs.CD_long,
                                                        ConstantDescs.CD_long,
                                                        ConstantDescs.CD_long))
                                        .putfield(STATE, "lastLogged", ConstantDescs.CD_long)))),
                instructions(
                        "4685: proposals are logged and acknowledged before NEWLEADER is",
                        "core.Following",
                        "proposal",
                        (code, element) -> {
                            boolean stage = element instanceof FieldInstruction get
                                    && get.name().equalsString("stage");
                            if (stage) {
                                code.pop().getstatic(STAGE, "BROADCAST", STAGE);
                            }
                            return stage;
                        }),
                instructions(
                        "TLA+ b: a proposal that is outstanding when a learner joins is sent to it twice",
                        "core.Leading",
                        "synchronise",
                        after(
                                "outstanding",
                                code -> code.invokestatic(
                                        Mutant.MISTAKES, "twice", MethodTypeDesc.of(ITERABLE, ITERABLE)))));
    }
}
