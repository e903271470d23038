package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.Reply;
import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Zxid;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A client hears of a change that it watches before anything shows it a state that has the change.
final class WatchBeforeReadOfItsChange implements Laws.Law {
    private static final String NAME = "WatchBeforeReadOfItsChange";

    private final Laws laws;

    WatchBeforeReadOfItsChange(Laws laws) {
        this.laws = laws;
    }

    @Override
    public void zxidSeen(SimulatedClient client, long zxid) {
        for (Map.Entry<String, Long> watch : client.dataWatches.entrySet()) {
            check(client, watch, laws.model.nextChange(watch.getKey(), watch.getValue()), zxid);
        }
        for (Map.Entry<String, Long> watch : client.existWatches.entrySet()) {
            check(client, watch, laws.model.nextChange(watch.getKey(), watch.getValue()), zxid);
        }
        for (Map.Entry<String, Long> watch : client.childWatches.entrySet()) {
            String path = watch.getKey();
            // The end of the parent itself fires it as well, its data does not.
            check(client, watch, laws.model.nextChildChange(path, watch.getValue()), zxid);
        }
    }

    private static void check(SimulatedClient client, Map.Entry<String, Long> watch, long change, long shown) {
        if (change <= shown) {
            throw new Violation(
                    NAME,
                    "client " + client.id + " is shown " + Zxid.hex(shown) + " and was not told that "
                            + watch.getKey() + ", watched since " + Zxid.hex(watch.getValue()) + ", changed at "
                            + Zxid.hex(change));
        }
    }

    @Override
    public void replied(SimulatedClient client, SimulatedClient.Pending pending, Reply reply) {
        boolean found = reply.error() == 0;
        switch (pending.request()) {
            case ClientRequest.GetData get
            when get.watch() && found -> client.dataWatches.putIfAbsent(get.path(), reply.zxid());
            case ClientRequest.Exists exists
            when exists.watch() && found -> client.dataWatches.putIfAbsent(exists.path(), reply.zxid());
            case ClientRequest.Exists exists
            when exists.watch() && reply.error() == ErrorCode.NO_NODE.code() ->
                client.existWatches.putIfAbsent(exists.path(), reply.zxid());
            case ClientRequest.GetChildren children
            when children.watch() && found -> client.childWatches.putIfAbsent(children.path(), reply.zxid());
            default -> {}
        }
    }

    private boolean isDue(String path, @Nullable Long since, WatchEvent event) {
        return since != null && laws.model.nextChange(path, since) <= event.zxid();
    }

    @Override
    public void fired(SimulatedClient client, WatchEvent event) {
        String path = event.path();
        Long data = client.dataWatches.get(path);
        Long exist = client.existWatches.get(path);
        Long child = client.childWatches.get(path);
        boolean children = event.type() == WatchEvent.Type.NODE_CHILDREN_CHANGED;
        if (event.zxid() > 0) {
            boolean due = children
                    ? child != null && laws.model.nextChildChange(path, child) <= event.zxid()
                    : isDue(path, data, event) || isDue(path, exist, event) || isDue(path, child, event);
            if (!due) {
                throw new Violation(
                        NAME, "client " + client.id + " is told of a change that it does not watch: " + event);
            }
        }
        switch (event.type()) {
            case NODE_CHILDREN_CHANGED -> client.childWatches.remove(path);
            case NODE_DELETED -> {
                client.dataWatches.remove(path);
                client.existWatches.remove(path);
                client.childWatches.remove(path);
            }
            case NODE_CREATED, NODE_DATA_CHANGED -> {
                client.dataWatches.remove(path);
                client.existWatches.remove(path);
            }
        }
    }
}
