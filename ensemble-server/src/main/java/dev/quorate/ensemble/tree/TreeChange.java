package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.message.WatchEvent;
import dev.quorate.ensemble.model.Acl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing that watchers may be told. `path` is as clients see it; `acl` is the list that a watcher needs READ in
/// to be told (client-protocol.md §15), null where a damaged snapshot lacks it.
public record TreeChange(
        WatchEvent.Type type, String path, @Nullable List<Acl> acl) {}
