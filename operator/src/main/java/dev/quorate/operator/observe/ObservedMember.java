package dev.quorate.operator.observe;

import dev.quorate.operator.desired.Member;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.Optional;

/// One member, as wanted and as found.
///
/// @param set its StatefulSet
/// @param pod what runs, absent when there is none
/// @param facts what its server says, absent when it does not answer
public record ObservedMember(
        Member member,
        MemberState state,
        Optional<StatefulSet> set,
        Optional<PodFacts> pod,
        Optional<ServerFacts> facts) {

    /// @param revision and `config`, `restartAt`: what the pod was made from
    /// @param image of the server's container
    /// @param detail what holds the pod up or how it ended, one line, "" for nothing
    /// @param exitCode of the last end of the server, -1 for none
    /// @param readySince since when it is ready for clients, absent when it is not
    public record PodFacts(
            String name,
            String uid,
            String address,
            String revision,
            String config,
            String restartAt,
            String image,
            String detail,
            int exitCode,
            Optional<Instant> readySince) {}

    public long id() {
        return member.id();
    }

    public String name() {
        return member.name();
    }

    public boolean serving() {
        return state == MemberState.Serving;
    }

    public boolean leads() {
        return facts.filter(ServerFacts::leads).isPresent();
    }

    public String detail() {
        return pod.map(PodFacts::detail).orElse("");
    }
}
