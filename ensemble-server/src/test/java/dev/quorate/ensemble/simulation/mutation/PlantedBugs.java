package dev.quorate.ensemble.simulation.mutation;

import static dev.quorate.ensemble.simulation.mutation.Mutant.after;
import static dev.quorate.ensemble.simulation.mutation.Mutant.body;
import static dev.quorate.ensemble.simulation.mutation.Mutant.dropCalls;
import static dev.quorate.ensemble.simulation.mutation.Mutant.insteadOf;
import static dev.quorate.ensemble.simulation.mutation.Mutant.instructions;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.stream.Stream;

/// The bugs. Numbers are ZOOKEEPER issues of peer-protocol.md §8 that were the same mistake.
final class PlantedBugs {
    private static final ClassDesc FOLLOWING = ClassDesc.of(Mutant.BASE + "core.Following");
    private static final ClassDesc FOLLOWING_STAGE = ClassDesc.of(Mutant.BASE + "core.Following$Stage");
    private static final ClassDesc LEADING = ClassDesc.of(Mutant.BASE + "core.Leading");
    private static final ClassDesc STATE = ClassDesc.of(Mutant.BASE + "core.MemberState");
    private static final ClassDesc OUTBOX = ClassDesc.of(Mutant.BASE + "core.Outbox");
    private static final ClassDesc ENTRY = ClassDesc.of(Mutant.BASE + "txn.TxnEntry");
    private static final ClassDesc TREE = ClassDesc.of(Mutant.BASE + "tree.DataTree");
    private static final ClassDesc RESULT = ClassDesc.of(Mutant.BASE + "tree.ApplyResult");
    private static final ClassDesc HEADER = ClassDesc.of(Mutant.BASE + "txn.TxnHeader");
    private static final ClassDesc TXN = ClassDesc.of(Mutant.BASE + "txn.Txn");
    private static final ClassDesc VOTE = ClassDesc.of(Mutant.BASE + "election.Vote");
    private static final ClassDesc DIFF = ClassDesc.of(Mutant.BASE + "zab.SyncPlan$Diff");
    private static final ClassDesc PHASE = ClassDesc.of(Mutant.BASE + "core.Learner$Phase");
    private static final ClassDesc STAGE = ClassDesc.of(Mutant.BASE + "core.Leading$Stage");
    private static final ClassDesc LIST = ClassDesc.of("java.util.List");
    private static final MethodTypeDesc TAKES_ZXID = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long);
    private static final MethodTypeDesc GIVES_ZXID = MethodTypeDesc.of(ConstantDescs.CD_long);

    private PlantedBugs() {}

    static List<Mutant> all() {
        return Stream.of(protocol(), KnownBugs.all(), ReconfigurationBugs.all())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Mutant> protocol() {
        return List.of(
                instructions(
                        "commit rule: one server less than a majority is enough",
                        "quorum.QuorumRule$Majority",
                        "committable",
                        (code, element) -> {
                            boolean plusOne =
                                    element instanceof OperatorInstruction operator && operator.opcode() == Opcode.IADD;
                            if (plusOne) {
                                code.pop();
                            }
                            return plusOne;
                        }),
                instructions(
                        "ack before fsync: a follower acknowledges what it has only appended",
                        "core.Following",
                        "proposal",
                        insteadOf("syncLog", code -> ownSynced(code, FOLLOWING))),
                instructions(
                        "ack before fsync: the leader counts itself at once",
                        "core.Leading",
                        "proposed",
                        insteadOf("values", code -> {
                            ownSynced(code, LEADING);
                            code.aload(0)
                                    .getfield(LEADING, "learners", ClassDesc.of("java.util.Map"))
                                    .invokeinterface(
                                            ClassDesc.of("java.util.Map"),
                                            "values",
                                            MethodTypeDesc.of(ClassDesc.of("java.util.Collection")));
                        })),
                instructions(
                                "epoch check: a leader takes the epoch after its own, and whatever is offered is accepted",
                                "core.Following",
                                "epochOffered",
                                (code, element) -> {
                                    boolean accepted = element instanceof FieldInstruction get
                                            && (get.name().equalsString("acceptedEpoch")
                                                    || get.name().equalsString("promisedEpoch"));
                                    if (accepted) {
                                        code.pop().loadConstant(-1L);
                                    }
                                    return accepted;
                                })
                        .and(instructions("", "core.Leading", "chooseEpoch", (code, element) -> {
                            boolean max = Mutant.call("max").test(element);
                            if (max) {
                                code.pop2();
                            }
                            return max;
                        })),
                body(
                        "epoch quorum: no quorum has to acknowledge the history of a new leader",
                        "core.Leading",
                        "isQuorum",
                        code -> code.iconst_1().ireturn()),
                body(
                        "2845: a leader forgets what it had proposed when it steps down",
                        "core.Proposals",
                        "keepForElection",
                        CodeBuilder::return_),
                instructions(
                        "3023, 4646: what was synchronised is not synced before NEWLEADER is acknowledged",
                        "core.Following",
                        "logHistory",
                        insteadOf("syncLog", code -> code.aload(0)
                                .invokevirtual(FOLLOWING, "storeEpoch", MethodTypeDesc.of(ConstantDescs.CD_void)))),
                instructions(
                        "4643, 4785: the new epoch is current before the history is in the log",
                        "core.Following",
                        "logHistory",
                        after("showConfig", PlantedBugs::storeEpochNow)),
                instructions(
                        "4394: a commit between NEWLEADER and UPTODATE is forgotten",
                        "core.Following",
                        "upToDate",
                        (code, element) -> {
                            boolean field = element instanceof FieldInstruction get
                                    && get.name().equalsString("committedUpTo");
                            if (field) {
                                code.pop().loadConstant(-1L);
                            }
                            return field;
                        }),
                instructions(
                        "4925: what was synchronised is missing in the log of committed transactions",
                        "core.Following",
                        "logHistory",
                        PlantedBugs::applyToTreeOnly),
                body(
                        "4882: a failed write does not stop the member",
                        "core.EnsembleMember",
                        "stop",
                        CodeBuilder::return_),
                instructions(
                        "2872, 3642: a snapshot from the leader counts before it is on disk",
                        "core.Following",
                        "writeArrived",
                        (code, element) -> {
                            boolean field = element instanceof FieldInstruction put
                                    && put.opcode() == Opcode.PUTFIELD
                                    && put.name().equalsString("receivedFile");
                            if (field) {
                                code.with(element)
                                        .aload(0)
                                        .aload(0)
                                        .getfield(FOLLOWING, "receivedFile", ConstantDescs.CD_long)
                                        .iconst_1()
                                        .invokevirtual(
                                                FOLLOWING,
                                                "snapshotDone",
                                                MethodTypeDesc.of(
                                                        ConstantDescs.CD_void,
                                                        ConstantDescs.CD_long,
                                                        ConstantDescs.CD_boolean));
                            }
                            return field;
                        }),
                body(
                        "votes: the highest server number wins, whatever it has in its log",
                        "election.Vote",
                        "beats",
                        code -> code.aload(0)
                                .getfield(VOTE, "leader", ConstantDescs.CD_long)
                                .aload(1)
                                .getfield(VOTE, "leader", ConstantDescs.CD_long)
                                .lcmp()
                                .ifThenElse(Opcode.IFGT, yes -> yes.iconst_1(), no -> no.iconst_0())
                                .ireturn()),
                instructions(
                        "uncommitted tail: a learner that has more than the leader keeps it",
                        "zab.SyncPlan",
                        "choose",
                        (code, element) -> {
                            boolean truncate = element instanceof InvokeInstruction invoke
                                    && invoke.name().equalsString("<init>")
                                    && invoke.owner().asInternalName().endsWith("SyncPlan$Truncate");
                            if (truncate) {
                                // The two new objects on the stack stay unused.
                                code.pop()
                                        .pop2()
                                        .pop2()
                                        .new_(DIFF)
                                        .dup()
                                        .lload(0)
                                        .invokestatic(LIST, "of", MethodTypeDesc.of(LIST), true)
                                        .invokespecial(
                                                DIFF,
                                                "<init>",
                                                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, LIST));
                            }
                            return truncate;
                        }),
                body(
                        "acks of a learner's earlier life count for what was cut from its log",
                        "zab.CommitRule",
                        "forget",
                        CodeBuilder::return_),
                instructions(
                        "TLA+ a: a learner is not sent the proposals that are outstanding when it joins",
                        "core.Leading",
                        "synchronise",
                        insteadOf("outstanding", code -> code.invokestatic(LIST, "of", MethodTypeDesc.of(LIST), true))),
                instructions(
                        "TLA+ c: a learner gets no commits before it has acknowledged NEWLEADER",
                        "core.Leading",
                        "committed",
                        (code, element) -> {
                            boolean phase = element instanceof FieldInstruction get
                                    && get.name().equalsString("SYNCHRONISING");
                            if (phase) {
                                code.getstatic(PHASE, "SYNCHRONISED", PHASE);
                            }
                            return phase;
                        }),
                body(
                        "early commit: the leader begins its epoch before a quorum has its history",
                        "core.Leading",
                        "countNewLeaderAcks",
                        code -> code.aload(0)
                                .getfield(LEADING, "stage", STAGE)
                                .getstatic(STAGE, "NEW_LEADER_ACKS", STAGE)
                                .ifThen(Opcode.IF_ACMPEQ, then -> then.aload(0)
                                        .invokevirtual(LEADING, "broadcast", MethodTypeDesc.of(ConstantDescs.CD_void)))
                                .return_()),
                instructions(
                        "a deposed leader does not step down",
                        "core.Leading",
                        "tick",
                        insteadOf("isQuorum", CodeBuilder::iconst_1)),
                instructions(
                        "sessions: a request counts even though its session has moved to another server",
                        "core.Proposals",
                        "admit",
                        (code, element) -> {
                            boolean owner = element instanceof InvokeInstruction invoke
                                    && invoke.name().equalsString("owner")
                                    && invoke.typeSymbol().returnType().equals(ConstantDescs.CD_long);
                            if (owner) {
                                code.pop2().pop().lload(1);
                            }
                            return owner;
                        }),
                instructions(
                        "sessions: a server that is behind its client takes it",
                        "core.Clients",
                        "connect",
                        insteadOf("lastZxidSeen", CodeBuilder::lconst_0)),
                instructions(
                        "sessions: a new leader does not know the sessions of the tree",
                        "core.Proposals",
                        "<init>",
                        dropCalls("forEach")),
                instructions(
                        "sync: a follower answers without asking its leader",
                        "core.Following",
                        "sync",
                        after("add", code -> code.aload(0)
                                .invokevirtual(FOLLOWING, "synced", MethodTypeDesc.of(ConstantDescs.CD_void)))),
                instructions(
                        "2418: a learner from before the cached transactions gets a DIFF with a gap",
                        "zab.SyncPlan",
                        "choose",
                        insteadOf("first", CodeBuilder::lconst_0)),
                instructions(
                        "3104: NEWLEADER comes before what was missed, which is lost",
                        "core.Leading",
                        "synchronise",
                        dropCalls("sendHistory")),
                instructions(
                        "4685: a ping is answered before NEWLEADER is acknowledged",
                        "core.Following",
                        "ping",
                        (code, element) -> {
                            boolean field = element instanceof FieldInstruction get
                                    && get.name().equalsString("stage");
                            if (field) {
                                code.pop().getstatic(FOLLOWING_STAGE, "BROADCAST", FOLLOWING_STAGE);
                            }
                            return field;
                        }),
                instructions(
                        "requests: decided on what is committed, without what is outstanding",
                        "request.PendingChanges",
                        "get",
                        (code, element) -> {
                            boolean lookUp = element instanceof InvokeInstruction invoke
                                    && invoke.name().equalsString("get")
                                    && invoke.owner().asInternalName().startsWith("java/util/");
                            if (lookUp) {
                                code.pop2().aconst_null();
                            }
                            return lookUp;
                        }),
                body(
                        "multi: what a failed one would have changed is not taken back",
                        "request.PendingChanges",
                        "takeBack",
                        CodeBuilder::return_),
                body(
                        "versions: a conditional write is not held against the version",
                        "request.Preparer",
                        "nextVersion",
                        code -> code.iload(0).iconst_1().iadd().ireturn()),
                instructions("stats: cversion tells of creates only", "tree.Znode", "stat", (code, element) -> {
                    boolean minus = element instanceof OperatorInstruction operator && operator.opcode() == Opcode.ISUB;
                    if (minus) {
                        code.pop();
                    }
                    return minus;
                }),
                body(
                        "sync: a leader answers although a quorum may follow another one by now",
                        "core.Leading",
                        "roundForQuestion",
                        code -> code.lconst_0().lreturn()),
                instructions(
                        "watches: whoever asked is answered before the watches fire, which is never",
                        "core.Clients",
                        "applied",
                        dropCalls("fire")),
                instructions(
                        "watches: those of a client that comes back are not compared with what has changed",
                        "request.Reads",
                        "setWatches",
                        insteadOf("relativeZxid", code -> code.loadConstant(Long.MAX_VALUE))),
                body(
                        "reads: a follower serves before it is up to date",
                        "core.Following",
                        "serving",
                        code -> code.iconst_1().ireturn()));
    }

    /// Caught too, but by one seed in some thousands.
    static List<Mutant> rare() {
        return List.of(
                instructions(
                        "snapshots: files go on being written while the tree holds what is not committed",
                        "core.Snapshots",
                        "pause",
                        dropCalls("abortAll")),
                instructions(
                        "SNAP: what the disk holds beyond the received tree stays there",
                        "core.Following",
                        "snapshotDone",
                        (code, element) -> {
                            boolean field = element instanceof FieldInstruction get
                                    && get.opcode() == Opcode.GETFIELD
                                    && get.name().equalsString("lastLogged");
                            if (field) {
                                code.pop().lconst_0();
                            }
                            return field;
                        }),
                instructions(
                        "sessions: a session that is being closed may still write",
                        "core.Proposals",
                        "admit",
                        insteadOf("isClosing", CodeBuilder::iconst_0)));
    }

    /// `state.tree.apply(entry.header(), entry.txn())`, and true, instead of `apply(entry)`
    private static boolean applyToTreeOnly(CodeBuilder code, CodeElement element) {
        if (!Mutant.call("apply").test(element)) {
            return false;
        }
        int entry = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(entry)
                .getfield(FOLLOWING, "state", STATE)
                .getfield(STATE, "tree", TREE)
                .aload(entry)
                .invokevirtual(ENTRY, "header", MethodTypeDesc.of(HEADER))
                .aload(entry)
                .invokevirtual(ENTRY, "txn", MethodTypeDesc.of(TXN))
                .invokevirtual(TREE, "apply", MethodTypeDesc.of(RESULT, HEADER, TXN))
                .pop()
                .iconst_1();
        return true;
    }

    /// `this.synced(entry.zxid())`
    private static void ownSynced(CodeBuilder code, ClassDesc owner) {
        code.aload(0).aload(1).invokevirtual(ENTRY, "zxid", GIVES_ZXID).invokevirtual(owner, "synced", TAKES_ZXID);
    }

    /// `state.out.storeCurrentEpoch(epoch)`
    private static void storeEpochNow(CodeBuilder code) {
        code.aload(0)
                .getfield(FOLLOWING, "state", STATE)
                .getfield(STATE, "out", OUTBOX)
                .aload(0)
                .getfield(FOLLOWING, "epoch", ConstantDescs.CD_long)
                .invokeinterface(OUTBOX, "storeCurrentEpoch", TAKES_ZXID);
    }
}
