package dev.quorate.ensemble.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.ServerProcess.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Ensembles of both kinds of server under random clients, restarted one server at a time; all laws hold and all trees
/// are equal. Between the orders members and roles change by reconfiguration, unless `-Dfaults.reconfigured=false`.
/// In the build some orders of some ensembles, with `-Dfaults.orders=24` every order of all.
class MixedRestartsTest {
    private static final int CLIENTS = 4;
    private static final int ORDERS_IN_THE_BUILD = 2;
    private static final int ORDERS_OF_A_ROUND = 2;
    private static final Pattern SYNCHRONISED =
            Pattern.compile("(?:Sending|is synchronised by) (diff|trunc|snap)", Pattern.CASE_INSENSITIVE);

    static List<String> ensembles() {
        return Integer.getInteger("faults.orders", 0) > 0
                ? List.of("AAQ+Q", "QQA+A", "AAQ+A", "QQA+Q")
                : List.of("AAQ+Q", "QQA+A");
    }

    @ParameterizedTest
    @MethodSource("ensembles")
    void restartsInAnyOrderLeaveTreesEqual(String layout) throws Exception {
        boolean reconfigured = Boolean.parseBoolean(System.getProperty("faults.reconfigured", "true"));
        int count = Integer.getInteger("faults.orders", ORDERS_IN_THE_BUILD);
        long seed = Long.getLong("faults.seed", layout.hashCode());
        Path home = Files.createDirectories(Path.of("target", "faults").toAbsolutePath());
        Path directory = Files.createTempDirectory(home, "restarts-");
        List<String> violations = new ArrayList<>();
        Map<Kind, Map<String, Integer>> ways;
        int writes = 0;
        try (FaultyEnsemble ensemble = new FaultyEnsemble(directory, layout, CLIENTS, reconfigured)) {
            Reconfigurations reconfigurations = reconfigured ? new Reconfigurations(ensemble, new Random(seed)) : null;
            ensemble.processes().startAll().awaitServing();
            List<List<Integer>> orders = orders(ensemble.members().size(), count, new Random(seed));
            for (int i = 0; i < orders.size() && violations.isEmpty(); i += ORDERS_OF_A_ROUND) {
                Restarts restarts = new Restarts(
                        ensemble,
                        orders.subList(i, Math.min(i + ORDERS_OF_A_ROUND, orders.size())),
                        reconfigurations,
                        new Random(seed + i));
                Round round = new Round(ensemble, seed + i, restarts);
                round.run();
                violations.addAll(round.violations());
                writes += (int) round.history().operations().stream()
                        .filter(operation -> operation.isWrite() && operation.ok())
                        .count();
                if (!round.violations().isEmpty()) {
                    round.keep(directory);
                }
            }
            ways = synchronisations(ensemble);
        }
        System.out.printf(
                "%s: %d orders of restarts, %d acknowledged writes, leaders synchronised %s%n",
                layout, count, writes, ways);
        assertThat(violations).as("kept in %s", directory).isEmpty();
        assertThat(writes).isGreaterThan(100);
        assertThat(ways.keySet()).containsExactlyInAnyOrder(Kind.values());
        Directories.delete(directory);
    }

    private static List<List<Integer>> orders(int servers, int count, Random random) {
        List<List<Integer>> all = new ArrayList<>();
        permute(new ArrayList<>(), IntStream.rangeClosed(1, servers).boxed().toList(), all);
        Collections.shuffle(all, random);
        return all.subList(0, Math.min(count, all.size()));
    }

    private static void permute(List<Integer> begun, List<Integer> ids, List<List<Integer>> all) {
        if (begun.size() == ids.size()) {
            all.add(List.copyOf(begun));
        }
        for (Integer id : ids) {
            if (!begun.contains(id)) {
                begun.add(id);
                permute(begun, ids, all);
                begun.removeLast();
            }
        }
    }

    /// How often leaders of each kind brought a learner to their history in which way.
    private static Map<Kind, Map<String, Integer>> synchronisations(FaultyEnsemble ensemble) {
        Map<Kind, Map<String, Integer>> ways = new EnumMap<>(Kind.class);
        for (FaultyEnsemble.Member member : ensemble.members()) {
            Matcher matcher = SYNCHRONISED.matcher(member.server().said());
            while (matcher.find()) {
                ways.computeIfAbsent(member.server().kind(), _ -> new TreeMap<>())
                        .merge(matcher.group(1).toUpperCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        return ways;
    }
}
