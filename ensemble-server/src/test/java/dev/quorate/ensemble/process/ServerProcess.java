package dev.quorate.ensemble.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One server in a process of its own, on a directory that outlives it. Not safe for use by several threads.
public final class ServerProcess implements AutoCloseable {
    /// Whose server it is.
    public enum Kind {
        QUORATE("dev.quorate.ensemble.server.QuorateServer"),
        APACHE("org.apache.zookeeper.server.quorum.QuorumPeerMain");

        private final String mainClass;

        Kind(String mainClass) {
            this.mainClass = mainClass;
        }
    }

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Path directory;
    private final int clientPort;
    private final List<String> apacheProperties;
    private List<String> jvmOptions = List.of();
    private Kind kind;
    private Process process;

    ServerProcess(Path directory, int clientPort, Kind kind, List<String> apacheProperties) {
        this.apacheProperties = apacheProperties;
        this.directory = directory;
        this.clientPort = clientPort;
        this.kind = kind;
    }

    public Path directory() {
        return directory;
    }

    public Path dataDir() {
        return directory.resolve("data");
    }

    public int clientPort() {
        return clientPort;
    }

    public String address() {
        return "127.0.0.1:" + clientPort;
    }

    public Kind kind() {
        return kind;
    }

    /// Further lines of its `zoo.cfg`, which win over those that are there.
    public ServerProcess configure(String... lines) throws IOException {
        Files.writeString(
                directory.resolve("zoo.cfg"), String.join("\n", lines) + "\n", java.nio.file.StandardOpenOption.APPEND);
        return this;
    }

    /// The next start is with the other program, on the same files.
    public ServerProcess become(Kind other) {
        kind = other;
        return this;
    }

    /// For every start from now on.
    public ServerProcess jvmOptions(List<String> options) {
        jvmOptions = options;
        return this;
    }

    public ServerProcess start() throws IOException {
        return start(List.of());
    }

    /// With a disk that takes no file larger than so many bytes, which is as good as a full one.
    public ServerProcess startOnSmallDisk(int fileBytesMax) throws IOException {
        return start(List.of("/bin/sh", "-c", "ulimit -f " + fileBytesMax / 512 + "; exec \"$@\"", "sh"));
    }

    private ServerProcess start(List<String> wrapper) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(jvmOptions);
        if (kind == Kind.APACHE) {
            command.addAll(List.of("-Dzookeeper.admin.enableServer=false", "-Dzookeeper.4lw.commands.whitelist=*"));
            command.addAll(apacheProperties);
        }
        command.add(kind.mainClass);
        if (kind == Kind.QUORATE) {
            command.add("serve");
        }
        command.add(directory.resolve("zoo.cfg").toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        return this;
    }

    /// Everything that it has written to its log so far.
    public String said() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public Path log() {
        return directory.resolve("server.log");
    }

    /// As a loss of power would, but for what the kernel has taken over already.
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// It stands still, with all its connections open. The signal stops one thread, which stops the others: on a loaded
    /// machine that takes a while.
    public void pause() throws IOException, InterruptedException {
        signal("-STOP");
        while (running() && !stopped()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// Where the system does not tell, the signal has to be enough.
    private boolean stopped() throws IOException {
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        if (!Files.exists(stat)) {
            return true;
        }
        String line = Files.readString(stat);
        return line.startsWith("T", line.lastIndexOf(')') + 2);
    }

    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /// Asks for an orderly stop and does not wait for it.
    public void terminate() {
        process.destroy();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill " + signal + " " + process.pid() + " says " + code);
        }
    }

    /// An orderly stop.
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError(address() + " did not stop in 30 s; see " + log());
        }
    }

    public boolean running() {
        return process != null && process.isAlive();
    }

    public int exitCode() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError(address() + " does not end; see " + log());
        }
        return process.exitValue();
    }

    /// The answer to a four letter word, "" while nobody answers.
    public String ask(String word) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(2_000);
            socket.connect(new InetSocketAddress("127.0.0.1", clientPort), 1_000);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /// `leader`, `follower`, `observer`, `standalone`; "" when it does not serve.
    public String mode() {
        for (String line : ask("srvr").split("\n")) {
            if (line.startsWith("Mode: ")) {
                return line.substring("Mode: ".length()).strip();
            }
        }
        return "";
    }

    /// Waits until it serves, and returns its mode.
    public String awaitServing() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (true) {
            String mode = mode();
            if (!mode.isEmpty()) {
                return mode;
            }
            if (!running() || System.nanoTime() > deadline) {
                throw new AssertionError(kind + " at " + address() + (running() ? " does not serve" : " has ended")
                        + ":\n" + Files.readString(log()));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }
}
