package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.core.Event;
import dev.quorate.ensemble.message.ConnectRequest;
import dev.quorate.ensemble.message.ConnectResponse;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.AuthId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Client connections of all servers: the twin of `ClientTransport`.
final class ClientLinks {
    private static final List<AuthId> IDENTITIES = List.of(new AuthId("ip", "127.0.0.1"));

    private static final class Link {
        final SimulatedClient client;
        final SimulatedServer server;
        final int life;
        final Network.Stream up;
        final Network.Stream down;
        final ArrayDeque<Event> unread = new ArrayDeque<>();
        boolean reading = true;

        Link(SimulatedClient client, SimulatedServer server, Network.Stream up, Network.Stream down) {
            this.client = client;
            this.server = server;
            life = server.life();
            this.up = up;
            this.down = down;
        }

        void toServer(Event event) {
            if (server.isCurrent(life)) {
                server.step(event);
            }
        }
    }

    private final Simulation simulation;
    private final Map<Long, Link> links = new LinkedHashMap<>();
    private long nextNumber = 1;

    ClientLinks(Simulation simulation) {
        this.simulation = simulation;
    }

    /// Dials; the number of the connection, which is closed at once where nobody listens.
    long open(SimulatedClient client, int serverId, ConnectRequest request) {
        long number = nextNumber++;
        SimulatedServer server = simulation.server(serverId);
        Link link = new Link(
                client,
                server,
                simulation.network.stream(-client.id, serverId),
                simulation.network.stream(serverId, -client.id));
        if (!server.isUp()) {
            simulation.scheduler.after(simulation.network.delay(), () -> client.closed(number));
            return number;
        }
        links.put(number, link);
        link.up.send(() -> {
            link.toServer(new Event.ClientAccepted(number, "127.0.0.1", IDENTITIES));
            if (links.containsKey(number)) {
                link.toServer(new Event.ClientConnect(number, request));
            }
        });
        return number;
    }

    void request(long number, Event event) {
        Link link = links.get(number);
        if (link != null) {
            link.up.send(() -> arrived(link, number, event));
        }
    }

    private void arrived(Link link, long number, Event event) {
        if (link.reading && link.unread.isEmpty()) {
            link.toServer(event);
        } else {
            link.unread.add(event);
        }
    }

    void read(long number, boolean enabled) {
        Link link = links.get(number);
        if (link != null) {
            link.reading = enabled;
            if (enabled && !link.unread.isEmpty()) {
                simulation.scheduler.after(1_000, () -> readOn(link));
            }
        }
    }

    private static void readOn(Link link) {
        while (link.reading && !link.unread.isEmpty()) {
            link.toServer(link.unread.poll());
        }
    }

    void connected(long number, ConnectResponse response) {
        Link link = links.get(number);
        if (link != null) {
            link.down.send(() -> link.client.connected(number, response));
        }
    }

    void reply(long number, Reply reply) {
        Link link = links.get(number);
        if (link != null) {
            link.down.send(() -> link.client.replied(number, reply));
        }
    }

    void watchFired(long number, WatchEvent event) {
        Link link = links.get(number);
        if (link != null) {
            link.down.send(() -> link.client.fired(number, event));
        }
    }

    void closeByServer(long number) {
        Link link = links.remove(number);
        if (link != null) {
            link.up.kill();
            link.down.send(() -> {
                link.down.kill();
                link.client.closed(number);
            });
        }
    }

    void closeByClient(long number) {
        Link link = links.remove(number);
        if (link != null) {
            link.down.kill();
            link.up.send(() -> {
                link.up.kill();
                link.toServer(new Event.ClientClosed(number));
            });
        }
    }

    /// One connection breaks under both ends; what was under way is lost.
    void breakOne(int choice) {
        if (links.isEmpty()) {
            return;
        }
        long number = List.copyOf(links.keySet()).get(choice % links.size());
        Link link = links.remove(number);
        link.up.kill();
        link.down.kill();
        Network.Stream up = simulation.network.stream(-link.client.id, link.server.id);
        Network.Stream down = simulation.network.stream(link.server.id, -link.client.id);
        up.send(() -> {
            up.kill();
            link.toServer(new Event.ClientClosed(number));
        });
        down.send(() -> {
            down.kill();
            link.client.closed(number);
        });
    }

    void serverDown(int server, boolean notice) {
        for (Map.Entry<Long, Link> entry : new ArrayList<>(links.entrySet())) {
            Link link = entry.getValue();
            if (link.server.id == server) {
                if (notice) {
                    closeByServer(entry.getKey());
                } else {
                    // The client finds out by itself that nothing comes any more.
                    links.remove(entry.getKey());
                    link.up.kill();
                    link.down.kill();
                }
            }
        }
    }
}
