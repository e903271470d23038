package dev.quorate.ensemble.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bytes of the files that stand in `version-2` of a directory; 0 while there is none.
final class DirectorySize {
    private DirectorySize() {}

    static long of(Path directory) {
        long size = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve("version-2"))) {
            for (Path file : files) {
                size += Files.size(file);
            }
        } catch (IOException | UncheckedIOException | java.nio.file.DirectoryIteratorException e) {
            return size; // a file purged between listing and looking is no reason to fail
        }
        return size;
    }
}
