package dev.quorate.ensemble.faults;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.ProtectionDomain;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// A wall clock for one process. In that process it is a Java agent that puts itself in the place of
/// `System.currentTimeMillis` in the classes of either server; here it sets the offset, through a file that both map.
public final class SkewedClock {
    private static @Nullable MappedByteBuffer offsetOfThisProcess;

    private final MappedByteBuffer offset;
    private final Path file;
    private final Path agent;

    /// In a directory of the server.
    SkewedClock(Path directory) throws IOException {
        file = directory.resolve("clock-offset");
        Files.write(file, new byte[Long.BYTES]);
        offset = map(file);
        agent = directory.resolve("clock-agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", SkewedClock.class.getName());
        // The class itself is on the server's class path with all others of the tests.
        new JarOutputStream(Files.newOutputStream(agent), manifest).close();
    }

    String jvmOption() {
        return "-javaagent:" + agent + "=" + file;
    }

    void skew(long millis) {
        offset.putLong(0, millis);
    }

    private static MappedByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    /// Called by the JVM before `main`.
    public static void premain(String file, Instrumentation instrumentation) throws IOException {
        offsetOfThisProcess = map(Path.of(file));
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    String name,
                    @Nullable Class<?> before,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                boolean ofServer = name.startsWith("org/apache/zookeeper/") || name.startsWith("dev/quorate/");
                return ofServer && !name.startsWith("dev/quorate/ensemble/faults/") ? redirect(bytes) : null;
            }
        });
    }

    /// Called in the place of `System.currentTimeMillis`.
    public static long currentTimeMillis() {
        MappedByteBuffer mapped = offsetOfThisProcess;
        return System.currentTimeMillis() + (mapped == null ? 0 : mapped.getLong(0));
    }

    private static byte[] redirect(byte[] bytes) {
        ClassFile file = ClassFile.of();
        return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies((code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.owner().asInternalName().equals("java/lang/System")
                    && call.name().equalsString("currentTimeMillis")) {
                code.invokestatic(
                        ClassDesc.of(SkewedClock.class.getName()),
                        "currentTimeMillis",
                        MethodTypeDesc.of(ConstantDescs.CD_long));
            } else {
                code.with(element);
            }
        }));
    }
}
