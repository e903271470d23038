package dev.quorate.ensemble.simulation;

/// Runs one seed again and prints what happened. `main` takes the seed and how many of the last lines to print.
public final class Replay {
    private static final int LINES = 400;

    private Replay() {}

    /// Runs a seed that is known to fail once more, now with a trace: a text that says everything.
    static String explain(long seed, String what) {
        Trace trace = new Trace(LINES);
        Simulation simulation = new Simulation(seed, trace);
        String end;
        try {
            end = "ends well this time: the simulation is not deterministic. " + simulation.run();
        } catch (RuntimeException e) {
            end = e.toString() + at(e);
        }
        return "seed " + seed + ": " + what + "\nreplay: " + command(seed) + "\n" + trace + "\n" + simulation.describe()
                + end;
    }

    private static String at(RuntimeException e) {
        StringBuilder text = new StringBuilder();
        if (!(e instanceof Violation)) {
            for (StackTraceElement element : e.getStackTrace()) {
                text.append("\n    at ").append(element);
            }
        }
        return text.toString();
    }

    static String command(long seed) {
        return "./mvnw -pl ensemble-server -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dsimulation.seed=" + seed;
    }

    public static void main(String[] arguments) {
        if (arguments.length < 1) {
            System.err.println("usage: Replay SEED [LINES]");
            System.exit(2);
        }
        long seed = Long.parseLong(arguments[0]);
        Trace trace = new Trace(arguments.length > 1 ? Integer.parseInt(arguments[1]) : LINES);
        Simulation simulation = new Simulation(seed, trace);
        try {
            System.out.println(simulation.run());
        } catch (RuntimeException e) {
            System.out.println(e);
        } finally {
            System.out.println(trace);
            System.out.println(simulation.describe());
        }
    }
}
