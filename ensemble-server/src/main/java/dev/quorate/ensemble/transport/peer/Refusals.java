package dev.quorate.ensemble.transport.peer;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was said last of each host whose certificate is not accepted. Such a host dials again and again: it is spoken
/// of when the reason is another one, or when it had been accepted in between. Any thread.
final class Refusals {
    private static final int HOSTS_MAX = 1_000;

    private final Map<InetAddress, String> said = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, String> eldest) {
            return size() > HOSTS_MAX;
        }
    };

    synchronized boolean isNews(InetAddress host, @Nullable String reason) {
        String now = String.valueOf(reason);
        return !now.equals(said.put(host, now));
    }

    synchronized void accepted(InetAddress host) {
        said.remove(host);
    }
}
