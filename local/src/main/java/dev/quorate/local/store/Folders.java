package dev.quorate.local.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Whole folders, and files that readers see either old or new. Failures are unchecked and name the file.
public final class Folders {
    private interface Action<T> {
        T run() throws IOException;
    }

    private Folders() {}

    private static <T> T run(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e.toString(), e);
        }
    }

    /// @return the folder
    public static Path create(Path folder) {
        return run(() -> Files.createDirectories(folder));
    }

    /// What is in the folder, by name.
    public static List<Path> list(Path folder) {
        return find(folder, 1, path -> !path.equals(folder));
    }

    /// The files in the folder and below whose names end so, by name.
    public static List<Path> files(Path folder, String suffix) {
        return find(folder, Integer.MAX_VALUE, path -> path.toString().endsWith(suffix));
    }

    private static List<Path> find(Path folder, int depth, Predicate<Path> wanted) {
        try (Stream<Path> walk = run(() -> Files.walk(folder, depth))) {
            return walk.filter(wanted).sorted().toList();
        }
    }

    /// Removes the folder or file and all in it; follows no link. Does nothing if it is absent.
    public static void delete(Path folder) {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            find(folder, Integer.MAX_VALUE, path -> true)
                    .reversed()
                    .forEach(path -> run(() -> Files.deleteIfExists(path)));
        }
    }

    /// Writes through a temporary file beside it and a rename; creates missing parents.
    public static void write(Path file, byte[] content) {
        create(file.resolveSibling(""));
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        run(() -> Files.write(temporary, content));
        run(() -> Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] read(Path file) {
        return run(() -> Files.readAllBytes(file));
    }

    /// The text of a file that is packed beside the class.
    public static String resource(Class<?> beside, String name) {
        InputStream stream = Objects.requireNonNull(beside.getResourceAsStream(name), name);
        return new String(run(stream::readAllBytes), StandardCharsets.UTF_8);
    }
}
