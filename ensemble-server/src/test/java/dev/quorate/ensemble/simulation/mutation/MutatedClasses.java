package dev.quorate.ensemble.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/// All classes of ours once more, one of them with a bug.
final class MutatedClasses extends ClassLoader {
    private final Mutant mutant;

    MutatedClasses(Mutant mutant) {
        super(MutatedClasses.class.getClassLoader());
        this.mutant = mutant;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            return name.startsWith(Mutant.BASE) ? define(name) : super.loadClass(name, resolve);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            byte[] changed = mutant.apply(name, bytes);
            return defineClass(name, changed, 0, changed.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /// The first seed up to `seedsMax` at which a law is broken, with the law; "" if there is none.
    String hunt(long seedsMax) throws ReflectiveOperationException {
        for (String changed : mutant.classes().keySet()) {
            loadClass(changed);
        }
        Method run = loadClass(Mutant.BASE + "simulation.Simulation").getDeclaredMethod("run", long.class);
        run.setAccessible(true);
        for (long seed = 1; seed <= seedsMax; seed++) {
            try {
                run.invoke(null, seed);
            } catch (InvocationTargetException e) {
                return "seed " + seed + ": " + e.getCause();
            }
        }
        return "";
    }
}
