package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.MemberTemplate;
import dev.quorate.crds.ensemble.ObserverGroupSpec;
import dev.quorate.crds.ensemble.StorageSpec;
import java.util.ArrayList;
import java.util.List;

/// A member as the spec wants it.
///
/// @param id the server id; participants first, then the groups of observers in their order. The CRD keeps the set of
/// members fixed, so ids never move.
/// @param group `participants` or the name of the group of observers
public record Member(long id, String ensemble, Role role, String group, StorageSpec storage, MemberTemplate template) {

    public static List<Member> of(String ensemble, EnsembleSpec spec) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < spec.participants().count(); i++) {
            members.add(new Member(
                    members.size() + 1,
                    ensemble,
                    Role.Participant,
                    "participants",
                    spec.participants().storageOrDefault(),
                    spec.participants().templateOrDefault()));
        }
        for (ObserverGroupSpec group : spec.observerGroups()) {
            for (int i = 0; i < group.count(); i++) {
                members.add(new Member(
                        members.size() + 1,
                        ensemble,
                        Role.Observer,
                        group.name(),
                        group.storageOrDefault(),
                        group.templateOrDefault()));
            }
        }
        return List.copyOf(members);
    }

    /// Name of the member and of its StatefulSet.
    public String name() {
        return ensemble + "-m" + id;
    }

    public String pod() {
        return name() + "-0";
    }

    /// The name that the other members and clients know.
    public String host(String namespace) {
        return pod() + "." + ObjectNames.membersService(ensemble) + "." + namespace + ".svc.cluster.local";
    }

    public boolean votes() {
        return role == Role.Participant;
    }
}
