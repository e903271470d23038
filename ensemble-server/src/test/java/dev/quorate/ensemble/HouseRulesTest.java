package dev.quorate.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Rules of the house that no compiler checks, for the sources of every module. They stand here because this module is
/// built first.
class HouseRulesTest {

    private static final int FILE_LINES_MAX = 800;
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".quorate", ".idea", "node_modules");
    private static final Pattern EMPTY_NAME = Pattern.compile(".*(Utils?|Manager|Impl|Helper)\\.java");
    private static final Pattern MACHINE_PATH = Pattern.compile("(^|[^A-Za-z0-9_.$}])/(work|farm)/", Pattern.MULTILINE);
    private static final Pattern MOCKS = Pattern.compile("import (static )?(org\\.mockito|org\\.easymock|mockit)\\.");

    private static final List<Path> FILES = filesOfTheRepository();

    @Test
    void aFileHoldsOneIdea() {
        assertThat(java().filter(file -> lines(file) > FILE_LINES_MAX)).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        var silent = java().filter(file -> file.toString().contains("/src/main/java/"))
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")));
        assertThat(silent).isEmpty();
    }

    @Test
    void noClassHasANameThatSaysNothing() {
        assertThat(java().filter(file ->
                        EMPTY_NAME.matcher(file.getFileName().toString()).matches()))
                .isEmpty();
    }

    @Test
    void fakesAreWrittenByHand() {
        assertThat(java().filter(containing(MOCKS))).isEmpty();
    }

    @Test
    void noFileNamesAPathOfOneMachine() {
        assertThat(FILES.stream().filter(containing(MACHINE_PATH))).isEmpty();
    }

    private static Stream<Path> java() {
        return FILES.stream().filter(file -> file.toString().endsWith(".java"));
    }

    private static Predicate<Path> containing(Pattern pattern) {
        return file -> pattern.matcher(text(file)).find();
    }

    private static long lines(Path file) {
        return text(file).lines().count();
    }

    /// Latin-1, because golden bytes and pictures are read too and only ASCII is looked for.
    private static String text(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> filesOfTheRepository() {
        var files = new ArrayList<Path>();
        try {
            Files.walkFileTree(Path.of("").toAbsolutePath().getParent(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(folder.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()
                            && !NOT_OURS.contains(file.getFileName().toString())) {
                        files.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(files);
    }
}
