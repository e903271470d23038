package dev.quorate.local.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// One loopback address a pod. A name that comes back (a member's pod) gets the address it had, so that connect strings
/// keep working; the longest unused is given away when no other is left. Control loop only.
final class PodAddresses {
    private static final int FIRST = 2;
    private static final int LAST = 254;

    private final AddressBlock block;
    private final Path memory;
    /// In the order of last use, oldest first.
    private final LinkedHashMap<String, Integer> given = new LinkedHashMap<>();

    /// @param memory a file that keeps the assignment between runs
    PodAddresses(AddressBlock block, Path memory) {
        this.block = block;
        this.memory = memory;
        try {
            if (Files.exists(memory)) {
                Files.readAllLines(memory).forEach(line -> {
                    String[] parts = line.split(" ");
                    given.put(parts[0], Integer.parseInt(parts[1]));
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param inUse whether a pod of that key runs now
    /// @return empty if all addresses are in use
    Optional<String> addressFor(String podKey, Predicate<String> inUse) {
        Integer host = given.remove(podKey);
        for (int candidate = FIRST; host == null && candidate <= LAST; candidate++) {
            host = given.containsValue(candidate) ? null : (Integer) candidate;
        }
        if (host == null) {
            Optional<Map.Entry<String, Integer>> unused = given.entrySet().stream()
                    .filter(e -> !inUse.test(e.getKey()))
                    .findFirst();
            if (unused.isEmpty()) {
                return Optional.empty();
            }
            host = unused.get().getValue();
            given.remove(unused.get().getKey());
        }
        given.put(podKey, host);
        save();
        return Optional.of(block.address(host));
    }

    /// Gives back an address whose name will not return, such as that of a Job's pod.
    void forget(String podKey) {
        if (given.remove(podKey) != null) {
            save();
        }
    }

    private void save() {
        StringBuilder text = new StringBuilder();
        given.forEach((pod, host) -> text.append(pod).append(' ').append(host).append('\n'));
        try {
            Folders.write(memory, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
