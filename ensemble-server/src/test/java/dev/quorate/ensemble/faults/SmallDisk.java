package dev.quorate.ensemble.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A small file system of its own for a server's data, that can be full, and can stand still. Needs to be root on Linux
/// with loop devices.
final class SmallDisk implements AutoCloseable {
    static final int BYTES = 48 << 20;

    private final Path mountPoint;
    private boolean frozen;
    private boolean released;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
        // Nothing of it may outlive us, whatever happens.
        Runtime.getRuntime().addShutdownHook(new Thread(this::release));
    }

    /// Mounted at the directory, which is empty; or nothing where that cannot be done.
    static Optional<SmallDisk> at(Path directory) throws IOException, InterruptedException {
        Path image = directory.resolveSibling(directory.getFileName() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        boolean made = run(List.of("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image.toString()))
                && run(List.of("mount", "-o", "loop", image.toString(), directory.toString()));
        return made ? Optional.of(new SmallDisk(directory)) : Optional.empty();
    }

    private Path filler() {
        return mountPoint.resolve("filler");
    }

    /// Takes all the space that is left.
    void fill() {
        byte[] block = new byte[64 * 1024];
        for (int size = block.length; size >= 512; size /= 2) {
            try (OutputStream out = Files.newOutputStream(
                    filler(), java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(block, 0, size);
                }
            } catch (IOException e) {
                // Full, for blocks of this size.
            }
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(filler());
    }

    /// While it is frozen every write and every sync waits.
    void freeze(boolean now) throws IOException, InterruptedException {
        if (frozen != now) {
            if (!run(List.of("fsfreeze", now ? "-f" : "-u", mountPoint.toString()))) {
                throw new IOException("fsfreeze " + mountPoint);
            }
            frozen = now;
        }
    }

    @Override
    public void close() {
        release();
    }

    private synchronized void release() {
        if (released) {
            return;
        }
        released = true;
        try {
            freeze(false);
            run(List.of("umount", "-l", mountPoint.toString()));
        } catch (IOException e) {
            System.out.println("cannot release " + mountPoint + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                System.out.println(String.join(" ", command) + ": " + said.strip());
            }
            return code == 0;
        } catch (IOException e) {
            System.out.println(String.join(" ", command) + ": " + e.getMessage());
            return false;
        }
    }
}
