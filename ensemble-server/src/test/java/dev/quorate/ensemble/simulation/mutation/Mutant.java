package dev.quorate.ensemble.simulation.mutation;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A planted bug: what is wrong, and how which classes are changed.
record Mutant(String what, Map<String, ClassChange> classes) {
    static final String BASE = "dev.quorate.ensemble.";
    static final ClassDesc MISTAKES = ClassDesc.of(BASE + "simulation.mutation.Mistakes");

    record ClassChange(ClassTransform transform, List<AtomicInteger> counts) {
        ClassChange and(ClassChange other) {
            return new ClassChange(
                    transform.andThen(other.transform),
                    Stream.concat(counts.stream(), other.counts.stream()).toList());
        }
    }

    byte[] apply(String className, byte[] classFile) {
        ClassChange change = classes.get(className);
        if (change == null) {
            return classFile;
        }
        ClassFile file = ClassFile.of();
        ClassModel model = file.parse(classFile);
        byte[] changed = file.transformClass(model, change.transform);
        if (change.counts.stream().anyMatch(count -> count.get() == 0)) {
            throw new IllegalStateException("mutant \"" + what + "\" has found nothing to change in " + className);
        }
        return changed;
    }

    /// Both, where neither alone does harm: the member checks twice.
    Mutant and(Mutant other) {
        Map<String, ClassChange> both = new HashMap<>(classes);
        other.classes.forEach((name, change) -> both.merge(name, change, ClassChange::and));
        return new Mutant(what, both);
    }

    /// `simpleName` is package and class below `dev.quorate.ensemble`. Changes instructions of all methods so named.
    static Mutant instructions(String what, String simpleName, String method, Change change) {
        AtomicInteger changes = new AtomicInteger();
        ClassTransform transform = ClassTransform.transformingMethodBodies(
                model -> model.methodName().equalsString(method), CodeTransform.ofStateful(() -> (code, element) -> {
                    if (change.replace(code, element)) {
                        changes.incrementAndGet();
                    } else {
                        code.with(element);
                    }
                }));
        return new Mutant(what, Map.of(BASE + simpleName, new ClassChange(transform, List.of(changes))));
    }

    /// The method does this instead.
    static Mutant body(String what, String simpleName, String method, Consumer<CodeBuilder> body) {
        AtomicInteger changes = new AtomicInteger();
        ClassTransform transform = (builder, element) -> {
            if (element instanceof java.lang.classfile.MethodModel model
                    && model.methodName().equalsString(method)) {
                changes.incrementAndGet();
                builder.withMethodBody(
                        model.methodName().stringValue(),
                        model.methodTypeSymbol(),
                        model.flags().flagsMask(),
                        body);
            } else {
                builder.with(element);
            }
        };
        return new Mutant(what, Map.of(BASE + simpleName, new ClassChange(transform, List.of(changes))));
    }

    /// True when it has put something else in the place of the element.
    interface Change {
        boolean replace(CodeBuilder code, CodeElement element);
    }

    static Predicate<CodeElement> call(String name) {
        return element ->
                element instanceof InvokeInstruction invoke && invoke.name().equalsString(name);
    }

    /// Calls so named do not happen; they return 0, false or null.
    static Change dropCalls(String name) {
        return (code, element) -> {
            if (!(element instanceof InvokeInstruction invoke) || !invoke.name().equalsString(name)) {
                return false;
            }
            drop(code, invoke);
            return true;
        };
    }

    private static void drop(CodeBuilder code, InvokeInstruction invoke) {
        MethodTypeDesc type = invoke.typeSymbol();
        List<ClassDesc> parameters = type.parameterList();
        for (ClassDesc parameter : parameters.reversed()) {
            pop(code, TypeKind.from(parameter));
        }
        if (invoke.opcode() != java.lang.classfile.Opcode.INVOKESTATIC) {
            code.pop();
        }
        switch (TypeKind.from(type.returnType())) {
            case VOID -> {}
            case LONG -> code.lconst_0();
            case REFERENCE -> code.aconst_null();
            case FLOAT -> code.fconst_0();
            case DOUBLE -> code.dconst_0();
            default -> code.iconst_0();
        }
    }

    private static void pop(CodeBuilder code, TypeKind kind) {
        if (kind.slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }

    /// The result of calls so named is thrown away, and this comes instead.
    static Change insteadOf(String name, Consumer<CodeBuilder> what) {
        return (code, element) -> {
            if (!(element instanceof InvokeInstruction invoke) || !invoke.name().equalsString(name)) {
                return false;
            }
            List<ClassDesc> parameters = invoke.typeSymbol().parameterList();
            for (ClassDesc parameter : parameters.reversed()) {
                pop(code, TypeKind.from(parameter));
            }
            if (invoke.opcode() != java.lang.classfile.Opcode.INVOKESTATIC) {
                code.pop();
            }
            what.accept(code);
            return true;
        };
    }

    /// Something more happens after calls so named.
    static Change after(String name, Consumer<CodeBuilder> what) {
        return (code, element) -> {
            if (!call(name).test(element)) {
                return false;
            }
            code.with(element);
            what.accept(code);
            return true;
        };
    }

    /// Calls so named go to a method of [Mistakes] instead, which gets the object that was called as its first
    /// argument.
    static Change redirect(String name, String mistake) {
        return (code, element) -> {
            if (!(element instanceof InvokeInstruction invoke) || !invoke.name().equalsString(name)) {
                return false;
            }
            MethodTypeDesc type = invoke.typeSymbol();
            code.invokestatic(
                    MISTAKES,
                    mistake,
                    type.insertParameterTypes(0, invoke.owner().asSymbol()));
            return true;
        };
    }
}
