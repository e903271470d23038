package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.ConfigSpec;
import dev.quorate.crds.ensemble.EnsembleSpec;
import dev.quorate.crds.ensemble.VolumeSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The StatefulSet of one member, and the revision that its pod must have.
///
/// @param revision changes with what needs a restart: template and configuration; not with the restore of the first
/// start, which goes away without one
public record MemberSet(Member member, StatefulSet object, String revision) {
    /// @param recovery there until the ensemble is initialized, where it begins with a backup
    /// @param restartAt value of the annotation that asks for a roll, "" for none
    public static MemberSet of(
            EnsembleIdentity ensemble,
            EnsembleSpec spec,
            Member member,
            ServerImage image,
            Optional<Recovery> recovery,
            String restartAt) {
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(ObjectNames.CONFIG, Digest.of(ServerConfiguration.zooCfg(spec.configOrDefault())));
        if (!restartAt.isEmpty()) {
            origin.put(ObjectNames.RESTART_AT, restartAt);
        }
        String revision = Digest.of(template(ensemble, spec, member, image, Optional.empty(), origin));
        origin.put(ObjectNames.REVISION, revision);
        StatefulSet set = new StatefulSetBuilder()
                .withMetadata(ensemble.meta(member.name(), ObjectNames.memberLabels(member)))
                .withNewSpec()
                .withReplicas(1)
                .withServiceName(ObjectNames.membersService(ensemble.name()))
                .withPodManagementPolicy("Parallel")
                .withRevisionHistoryLimit(2)
                .withNewUpdateStrategy()
                .withType("OnDelete")
                .endUpdateStrategy()
                .withNewSelector()
                .withMatchLabels(ObjectNames.memberSelector(member))
                .endSelector()
                .withNewPersistentVolumeClaimRetentionPolicy()
                .withWhenDeleted(member.storage().deletedWithEnsemble() ? "Delete" : "Retain")
                .withWhenScaled("Retain")
                .endPersistentVolumeClaimRetentionPolicy()
                .withTemplate(template(ensemble, spec, member, image, recovery, origin))
                .withVolumeClaimTemplates(claim(member))
                .endSpec()
                .build();
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(ObjectNames.APPLIED, Digest.of(set));
        annotations.put(ObjectNames.REVISION, revision);
        set.getMetadata().setAnnotations(annotations);
        return new MemberSet(member, set, revision);
    }

    private static PodTemplateSpec template(
            EnsembleIdentity ensemble,
            EnsembleSpec spec,
            Member member,
            ServerImage image,
            Optional<Recovery> recovery,
            Map<String, String> origin) {
        ConfigSpec config = spec.configOrDefault();
        return MemberPod.template(ensemble, member, image, config.jvm(), recovery, origin);
    }

    private static PersistentVolumeClaim claim(Member member) {
        VolumeSpec volume = member.storage().dataOrDefault();
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("data")
                .withLabels(ObjectNames.memberSelector(member))
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(volume.storageClassName())
                .withNewResources()
                .addToRequests("storage", volume.size())
                .endResources()
                .endSpec()
                .build();
    }
}
