package dev.quorate.ensemble.message;

import dev.quorate.ensemble.model.Acl;
import dev.quorate.ensemble.model.AuthId;
import dev.quorate.ensemble.model.Stat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of a reply after its header (client-protocol.md §5, §6).
public sealed interface ReplyBody {
    Empty EMPTY = new Empty();

    record Empty() implements ReplyBody {}

    /// create, sync
    record PathOnly(@Nullable String path) implements ReplyBody {}

    /// create2, createContainer, createTTL
    record PathAndStat(String path, Stat stat) implements ReplyBody {}

    /// exists, setData, setACL
    record StatOnly(Stat stat) implements ReplyBody {}

    /// getData, reconfig
    record Data(byte @Nullable [] data, Stat stat) implements ReplyBody {}

    /// `stat` is null for getChildren
    record Children(List<String> names, @Nullable Stat stat) implements ReplyBody {}

    record AclAndStat(List<Acl> acl, Stat stat) implements ReplyBody {}

    /// getEphemerals
    record Paths(List<String> paths) implements ReplyBody {}

    /// getAllChildrenNumber
    record Count(int count) implements ReplyBody {}

    /// addWatch
    record ErrorOnly(int code) implements ReplyBody {}

    record Identities(List<AuthId> ids) implements ReplyBody {}

    /// multi and multiRead
    record Multi(List<Result> results) implements ReplyBody {}

    /// One member of a multi: `type` -1 with [ErrorOnly] where it failed or the whole was rolled back.
    record Result(int type, ReplyBody body) {}
}
