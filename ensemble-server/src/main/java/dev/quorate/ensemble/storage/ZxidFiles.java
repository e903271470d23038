package dev.quorate.ensemble.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Files that carry a zxid in their names, `prefix.<hex>`.
final class ZxidFiles {
    record Named(Path path, long zxid) {}

    private ZxidFiles() {}

    /// Ascending by zxid; names without a readable zxid are left out.
    static List<Named> list(Path directory, String prefix) throws IOException {
        List<Named> files = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, prefix + ".*")) {
            for (Path entry : entries) {
                String[] parts = String.valueOf(entry.getFileName()).split("\\.");
                try {
                    files.add(new Named(entry, Long.parseUnsignedLong(parts[1], 16)));
                } catch (NumberFormatException e) {
                    continue; // not one of ours; the reference skips it as well
                }
            }
        }
        files.sort(java.util.Comparator.comparingLong(Named::zxid));
        return files;
    }

    /// Makes names in a directory durable.
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
