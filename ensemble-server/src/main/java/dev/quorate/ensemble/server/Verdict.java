package dev.quorate.ensemble.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a verb ends: one line on a stream; and the same line in the file where Kubernetes looks for it, where the verb
/// takes this as a mixin.
final class Verdict {
    @Option(
            names = "--termination-log",
            defaultValue = "${env:QUORATE_TERMINATION_LOG}",
            paramLabel = "FILE",
            description = "file that gets the last line as well")
    private @Nullable Path terminationLog;

    int done(String line) {
        System.out.println(line);
        leave(line);
        return ExitCodes.OK;
    }

    int failed(int code, String reason) {
        String line = "quorate-server: " + reason;
        System.err.println(line);
        leave(line);
        return code;
    }

    private void leave(String line) {
        if (terminationLog == null || terminationLog.toString().isEmpty()) {
            return;
        }
        try {
            Files.writeString(terminationLog, line + "\n");
        } catch (IOException e) {
            System.err.println("quorate-server: " + reason(e));
        }
    }

    /// One line that names the file.
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException file ->
                file.getFile() + ": "
                        + (file.getReason() == null ? file.getClass().getSimpleName() : file.getReason());
            default -> e.getMessage() == null ? e.toString() : e.getMessage().replace('\n', ' ');
        };
    }
}
