package dev.quorate.ensemble.simulation.mutation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/// How many of so many seeds notice each planted bug: for tuning the faults. `main` takes the number of seeds and a
/// part of the bug's name.
final class CatchRates {
    private CatchRates() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        long seeds = Long.parseLong(arguments[0]);
        for (Mutant mutant : PlantedBugs.all()) {
            if (mutant.what().contains(arguments.length > 1 ? arguments[1] : "")) {
                System.out.printf("%5d of %d  %s%n", caught(mutant, seeds), seeds, mutant.what());
            }
        }
    }

    private static int caught(Mutant mutant, long seeds) throws ReflectiveOperationException {
        Method run = new MutatedClasses(mutant)
                .loadClass(Mutant.BASE + "simulation.Simulation")
                .getDeclaredMethod("run", long.class);
        run.setAccessible(true);
        int caught = 0;
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                run.invoke(null, seed);
            } catch (InvocationTargetException e) {
                caught++;
            }
        }
        return caught;
    }
}
