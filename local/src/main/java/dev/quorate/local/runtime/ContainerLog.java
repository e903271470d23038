package dev.quorate.local.runtime;

import dev.quorate.local.api.PodLogs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What one container wrote, a line each with its time in front: the present run's lines and those of the run before. A
/// file past [#BYTES_MAX] starts anew. One thread writes, any may read.
final class ContainerLog {
    private static final long BYTES_MAX = 32 << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private final Path current;
    private final Path previous;
    private long lines;
    private boolean ended = true;

    /// @param base the files' path without extension
    ContainerLog(Path base) {
        this.current = base.resolveSibling(base.getFileName() + ".log");
        this.previous = base.resolveSibling(base.getFileName() + ".previous.log");
    }

    /// Before a run: its predecessor's lines become the previous ones.
    synchronized void begin() throws IOException {
        Files.createDirectories(current.getParent());
        if (Files.exists(current)) {
            Files.move(current, previous, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.createFile(current);
        lines = 0;
        ended = false;
    }

    /// Copies until the stream ends, then marks the run as ended.
    void pump(InputStream from) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            String line;
            while ((line = reader.readLine()) != null) {
                append(line);
            }
        } catch (IOException closed) {
            // The process is gone; what it wrote before is there.
        } finally {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }
    }

    private synchronized void append(String line) throws IOException {
        if (Files.size(current) > BYTES_MAX) {
            Files.move(current, previous, StandardCopyOption.REPLACE_EXISTING);
            lines = 0;
        }
        try (Writer writer = Files.newBufferedWriter(
                current, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            writer.write(TIME.format(Instant.now()) + " " + line + "\n");
        }
        lines++;
        notifyAll();
    }

    /// The last bytes of the present run, for termination messages.
    String tail(int linesMax, int bytesMax) throws IOException {
        List<String> all = read(false, 0, linesMax);
        String text =
                String.join("\n", all.stream().map(ContainerLog::withoutTime).toList());
        return text.length() > bytesMax ? text.substring(text.length() - bytesMax) : text;
    }

    static String withoutTime(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    /// Lines with their times.
    ///
    /// @param skip how many of the first to leave out
    /// @param last at most so many, the last ones; negative for all
    synchronized List<String> read(boolean ofPrevious, long skip, long last) throws IOException {
        Path file = ofPrevious ? previous : current;
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<String> stream = Files.lines(file)) {
            List<String> all = new ArrayList<>(stream.skip(skip).toList());
            return last >= 0 && all.size() > last ? all.subList((int) (all.size() - last), all.size()) : all;
        }
    }

    boolean hasPrevious() {
        return Files.exists(previous);
    }

    /// Hands over what the request asks for.
    void copy(PodLogs.Request request, PodLogs.Sink sink) throws IOException, InterruptedException {
        long seen = lines();
        send(read(request.previous(), 0, request.tail()), request, sink);
        while (request.follow() && awaitMore(seen)) {
            List<String> fresh = read(false, Math.min(seen, lines()), -1);
            seen = seen > lines() ? 0 : seen + fresh.size();
            send(fresh, request, sink);
        }
    }

    private static void send(List<String> lines, PodLogs.Request request, PodLogs.Sink sink) {
        lines.forEach(line -> sink.line(request.timestamps() ? line : withoutTime(line)));
    }

    private synchronized long lines() {
        return lines;
    }

    /// Waits a while for more lines than that; false once the run has ended and all is read.
    private synchronized boolean awaitMore(long than) throws InterruptedException {
        if (lines == than && !ended) {
            wait(1000);
        }
        return lines != than || !ended;
    }
}
