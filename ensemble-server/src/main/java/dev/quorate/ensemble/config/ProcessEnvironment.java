package dev.quorate.ensemble.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The machine and the JVM a server runs on, as `envi` shows them.
public final class ProcessEnvironment {
    private static final List<String> SHOWN = List.of(
            "java.version",
            "java.vendor",
            "java.home",
            "java.io.tmpdir",
            "os.name",
            "os.arch",
            "os.version",
            "user.name",
            "user.home",
            "user.dir");

    private ProcessEnvironment() {}

    public static Map<String, Object> describe() {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String name : SHOWN) {
            values.put(name, System.getProperty(name, ""));
        }
        Runtime runtime = Runtime.getRuntime();
        values.put("os.memory.free", runtime.freeMemory() / (1 << 20) + "MB");
        values.put("os.memory.max", runtime.maxMemory() / (1 << 20) + "MB");
        values.put("os.memory.total", runtime.totalMemory() / (1 << 20) + "MB");
        return values;
    }
}
