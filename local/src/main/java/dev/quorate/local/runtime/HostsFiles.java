package dev.quorate.local.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The cluster's names as files for `-Djdk.net.hosts.file`: one a namespace, because short names depend on where one
/// asks. The JVM reads the file at each look-up, so a rename over it is all an update takes. Control loop, and any
/// thread for [#file].
final class HostsFiles {
    private static final String DOMAIN = ".svc.cluster.local";

    /// A name in a namespace: a pod in a service, a service (no host) or a pod's own short name (no service).
    record Entry(String namespace, String service, String host, String address) {
        List<String> names(String asker) {
            List<String> names = new ArrayList<>();
            if (service.isEmpty()) {
                if (namespace.equals(asker)) {
                    names.add(host);
                }
                return names;
            }
            String base = host.isEmpty() ? service : host + "." + service;
            names.add(base + "." + namespace + DOMAIN);
            names.add(base + "." + namespace + ".svc");
            names.add(base + "." + namespace);
            if (namespace.equals(asker)) {
                names.add(base);
            }
            return names;
        }
    }

    private final Path folder;
    private final Map<String, String> written = new HashMap<>();
    private final String machine;

    /// @param folder where the files are kept
    HostsFiles(Path folder) {
        this.folder = folder;
        this.machine = machineName();
    }

    /// The file for processes of the namespace; written at the latest when this returns.
    synchronized Path file(String namespace) {
        Path file = folder.resolve("hosts-" + namespace);
        if (!written.containsKey(namespace)) {
            replace(namespace, List.of());
        }
        return file;
    }

    synchronized void write(List<Entry> entries) {
        TreeSet<String> namespaces = new TreeSet<>(written.keySet());
        entries.forEach(e -> namespaces.add(e.namespace()));
        namespaces.forEach(n -> replace(n, entries));
    }

    private void replace(String namespace, List<Entry> entries) {
        StringBuilder text =
                new StringBuilder("127.0.0.1 localhost ").append(machine).append('\n');
        entries.stream()
                .flatMap(e -> e.names(namespace).stream().map(n -> e.address() + " " + n))
                .distinct()
                .forEach(line -> text.append(line).append('\n'));
        if (text.toString().equals(written.get(namespace))) {
            return;
        }
        try {
            Folders.write(folder.resolve("hosts-" + namespace), text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written.put(namespace, text.toString());
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost.localdomain";
        }
    }
}
