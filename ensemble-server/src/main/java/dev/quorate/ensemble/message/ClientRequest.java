package dev.quorate.ensemble.message;

import dev.quorate.ensemble.model.Acl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A decoded client request (client-protocol.md §4, §5). Nullable parts are those the wire lets a client leave null;
/// who evaluates the request answers them as the reference says.
public sealed interface ClientRequest {
    /// `opCode` is one of CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL; `ttlMillis` is -1 but for CREATE_TTL.
    record Create(
            int opCode,
            @Nullable String path,
            byte @Nullable [] data,
            @Nullable List<Acl> acl,
            int flags,
            long ttlMillis)
            implements ClientRequest {}

    record Delete(@Nullable String path, int version) implements ClientRequest {}

    record Exists(@Nullable String path, boolean watch) implements ClientRequest {}

    record GetData(@Nullable String path, boolean watch) implements ClientRequest {}

    record SetData(@Nullable String path, byte @Nullable [] data, int version) implements ClientRequest {}

    record GetAcl(@Nullable String path) implements ClientRequest {}

    record SetAcl(@Nullable String path, @Nullable List<Acl> acl, int version) implements ClientRequest {}

    /// `withStat` tells getChildren2 from getChildren.
    record GetChildren(@Nullable String path, boolean watch, boolean withStat) implements ClientRequest {}

    record Sync(@Nullable String path) implements ClientRequest {}

    record Check(@Nullable String path, int version) implements ClientRequest {}

    record Multi(List<ClientRequest> ops) implements ClientRequest {}

    record MultiRead(List<ClientRequest> ops) implements ClientRequest {}

    record Reconfig(
            @Nullable String joiningServers,
            @Nullable String leavingServers,
            @Nullable String newMembers,
            long configVersion)
            implements ClientRequest {}

    record CheckWatches(@Nullable String path, int type) implements ClientRequest {}

    record RemoveWatches(@Nullable String path, int type) implements ClientRequest {}

    record AddWatch(@Nullable String path, int mode) implements ClientRequest {}

    /// setWatches has null in the last two lists; setWatches2 has them all. A null list answers MARSHALLING_ERROR.
    record SetWatches(
            long relativeZxid,
            @Nullable List<String> data,
            @Nullable List<String> exist,
            @Nullable List<String> child,
            @Nullable List<String> persistent,
            @Nullable List<String> persistentRecursive,
            boolean second)
            implements ClientRequest {}

    record GetEphemerals(@Nullable String prefix) implements ClientRequest {}

    record GetAllChildrenNumber(@Nullable String path) implements ClientRequest {}

    record WhoAmI() implements ClientRequest {}

    record Ping() implements ClientRequest {}

    record Auth(@Nullable String scheme, byte @Nullable [] auth) implements ClientRequest {}

    record CloseSession() implements ClientRequest {}

    /// Inside the servers only: a learner asks the leader for a session.
    record CreateSession(int timeoutMillis) implements ClientRequest {}

    /// Leader's own: the reaper deletes an empty container or an expired TTL znode.
    record DeleteContainer(String path) implements ClientRequest {}

    /// The record of a known opcode could not be read: MARSHALLING_ERROR, the connection stays.
    record Undecodable(int opCode) implements ClientRequest {}

    /// No such opcode, or one a client may not send: UNIMPLEMENTED with zxid -1, then the connection is closed.
    record Unknown(int opCode) implements ClientRequest {}
}
