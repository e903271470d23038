package dev.quorate.ensemble.faults;

import dev.quorate.ensemble.process.ProcessEnsemble;
import dev.quorate.ensemble.process.ServerProcess;
import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Servers whose network, disks and clocks are in our hands.
final class FaultyEnsemble implements AutoCloseable {
    /// One server with what surrounds it.
    record Member(int id, ServerProcess server, SkewedClock clock, Optional<SmallDisk> disk) {}

    private final Network network = new Network();
    private final ProcessEnsemble processes;
    private final int participants;
    private final List<Member> members = new ArrayList<>();
    private final List<String> connectStrings = new ArrayList<>();

    /// `layout`: a letter for each server, `Q` ours, `A` Apache ZooKeeper's; observers after a plus.
    FaultyEnsemble(Path directory, String layout, int clients) throws IOException, InterruptedException {
        this(directory, layout, clients, false);
    }

    /// `reconfigurable`: its members may change. Then servers reach each other directly, for there is one
    /// configuration.
    FaultyEnsemble(Path directory, String layout, int clients, boolean reconfigurable)
            throws IOException, InterruptedException {
        participants = layout.indexOf('+') < 0 ? layout.length() : layout.indexOf('+');
        List<Kind> kinds = layout.replace("+", "")
                .chars()
                .mapToObj(letter -> letter == 'A' ? Kind.APACHE : Kind.QUORATE)
                .toList();
        // Small, so that logs roll, snapshots are taken, and a learner can be too far behind for a DIFF.
        List<String> extra = new ArrayList<>(List.of("snapCount=2000", "commitLogCount=200", "preAllocSize=64"));
        if (reconfigurable) {
            extra.addAll(List.of("reconfigEnabled=true", "standaloneEnabled=false"));
        }
        processes = new ProcessEnsemble(
                directory,
                participants,
                kinds,
                reconfigurable ? ProcessEnsemble.DIRECT : network,
                extra.toArray(String[]::new));
        for (int id = 1; id <= kinds.size(); id++) {
            ServerProcess server = processes.server(id);
            SkewedClock clock = new SkewedClock(server.directory());
            server.jvmOptions(List.of(clock.jvmOption(), "-Dzookeeper.skipACL=yes"));
            if (reconfigurable) {
                dropPeerType(server.directory().resolve("zoo.cfg"));
            }
            Optional<SmallDisk> disk = SmallDisk.at(server.dataDir());
            if (disk.isPresent()) {
                Files.writeString(server.dataDir().resolve("myid"), id + "\n");
            }
            members.add(new Member(id, server, clock, disk));
        }
        for (int client = 0; client < clients; client++) {
            List<String> addresses = new ArrayList<>();
            for (Member member : members) {
                addresses.add("127.0.0.1:" + network.clientPort(client, member.id, member.server.clientPort()));
            }
            connectStrings.add(String.join(",", addresses));
        }
    }

    /// Where roles change, only the list of servers says which.
    private static void dropPeerType(Path file) throws IOException {
        Files.write(
                file,
                Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("peerType="))
                        .toList());
    }

    /// How many vote at the start.
    int participants() {
        return participants;
    }

    ProcessEnsemble processes() {
        return processes;
    }

    Network network() {
        return network;
    }

    List<Member> members() {
        return members;
    }

    boolean onlyOurs() {
        return members.stream().allMatch(member -> member.server.kind() == Kind.QUORATE);
    }

    /// The way of a client to all servers.
    String connectString(int client) {
        return connectStrings.get(client);
    }

    int clients() {
        return connectStrings.size();
    }

    boolean hasSmallDisks() {
        return members.stream().anyMatch(member -> member.disk.isPresent());
    }

    /// The epoch of the last transaction that anybody tells of.
    long epoch() {
        return members.stream()
                .map(member -> member.server.ask("srvr"))
                .flatMap(String::lines)
                .filter(line -> line.startsWith("Zxid: 0x"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring("Zxid: 0x".length()), 16) >>> 32)
                .max()
                .orElse(0);
    }

    String describe() {
        return IntStream.range(0, members.size())
                .mapToObj(i -> members.get(i).server.kind() + " "
                        + members.get(i).server.mode())
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() throws InterruptedException, IOException {
        for (Member member : members) {
            if (member.disk.isPresent()) {
                member.disk.get().freeze(false);
            }
        }
        processes.close();
        network.close();
        for (Member member : members) {
            member.disk.ifPresent(SmallDisk::close);
        }
    }
}
