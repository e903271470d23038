package dev.quorate.operator.desired;

import dev.quorate.crds.ensemble.ConfigSpec.JvmSettings;
import dev.quorate.crds.ensemble.PodSettings;
import dev.quorate.crds.ensemble.ResourceSettings;
import dev.quorate.crds.ensemble.TolerationSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The pod of one member. Every path that the server uses stands in its arguments.
public final class MemberPod {
    /// The init container that seeds the volume from a backup.
    public static final String RESTORE_CONTAINER = "restore";

    private MemberPod() {}

    /// @param origin annotations that say what the pod is made from
    static PodTemplateSpec template(
            EnsembleIdentity ensemble,
            Member member,
            ServerImage image,
            @Nullable JvmSettings jvm,
            Optional<Recovery> recovery,
            Map<String, String> origin) {
        PodSettings settings = member.template().settings();
        // The operator's labels and annotations win: selectors and revisions depend on them.
        Map<String, String> labels = new LinkedHashMap<>(member.template().labels());
        labels.putAll(ObjectNames.memberLabels(member));
        Map<String, String> annotations = new LinkedHashMap<>(member.template().annotations());
        annotations.putAll(origin);
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withSecurityContext(PodSecurity.pod())
                .withTerminationGracePeriodSeconds(settings.gracePeriodSeconds())
                .withNodeSelector(settings.nodeSelector())
                .withTolerations(tolerations(settings))
                .withNewAffinity()
                .withNewPodAntiAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(100)
                .withNewPodAffinityTerm()
                .withTopologyKey("kubernetes.io/hostname")
                .withNewLabelSelector()
                .withMatchLabels(ObjectNames.selector(ensemble.name()))
                .endLabelSelector()
                .endPodAffinityTerm()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .endAffinity()
                .withInitContainers(recovery.map(r -> List.of(restore(ensemble, member, image, r)))
                        .orElse(List.of()))
                .withContainers(server(ensemble, member, image, jvm))
                .withVolumes(volumes(ensemble, recovery))
                .endSpec()
                .build();
    }

    private static Container server(
            EnsembleIdentity ensemble, Member member, ServerImage image, @Nullable JvmSettings jvm) {
        return new ContainerBuilder()
                .withName("server")
                .withImage(image.name())
                .withImagePullPolicy(image.pullPolicy())
                .withArgs(
                        "member",
                        "--config-dir=" + ObjectNames.CONFIG_DIR,
                        "--initialize-dir=" + ObjectNames.INITIALIZE_DIR,
                        "--data-dir=" + ObjectNames.DATA_DIR,
                        "--ensemble=" + ensemble.name(),
                        "--ensemble-uid=" + ensemble.uid(),
                        "--incarnation=1",
                        "--member-id=" + member.id(),
                        "--advertised-host=" + member.host(ensemble.namespace()),
                        "--termination-log=" + ObjectNames.TERMINATION_LOG)
                .withEnv(podIp(), jvmArgs(jvm))
                .withPorts(
                        port("client", ObjectNames.CLIENT_PORT),
                        port("quorum", ObjectNames.QUORUM_PORT),
                        port("election", ObjectNames.ELECTION_PORT),
                        port("admin", ObjectNames.ADMIN_PORT))
                // Liveness is that the event loop turns; it does not ask for a quorum.
                .withStartupProbe(probe("/livez", 1, 600))
                .withLivenessProbe(probe("/livez", 10, 6))
                .withReadinessProbe(probe("/readyz", 1, 3))
                .withResources(member.template()
                        .settings()
                        .serverResources()
                        .map(MemberPod::resources)
                        .orElse(null))
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePath(ObjectNames.TERMINATION_LOG)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withVolumeMounts(
                        mount("data", ObjectNames.DATA_DIR, false),
                        mount("config", ObjectNames.CONFIG_DIR, true),
                        mount("initialize", ObjectNames.INITIALIZE_DIR, true))
                .build();
    }

    private static Container restore(EnsembleIdentity ensemble, Member member, ServerImage image, Recovery recovery) {
        return new ContainerBuilder()
                .withName(RESTORE_CONTAINER)
                .withImage(image.name())
                .withImagePullPolicy(image.pullPolicy())
                .withArgs(
                        "restore",
                        "--from=" + ObjectNames.BACKUP_DIR + "/" + recovery.backupId(),
                        "--data-dir=" + ObjectNames.DATA_DIR,
                        "--ensemble-uid=" + ensemble.uid(),
                        "--incarnation=1",
                        "--member-id=" + member.id(),
                        "--epoch-above=" + recovery.epochAbove(),
                        "--termination-log=" + ObjectNames.TERMINATION_LOG)
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePath(ObjectNames.TERMINATION_LOG)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withVolumeMounts(
                        mount("data", ObjectNames.DATA_DIR, false), mount("backup", ObjectNames.BACKUP_DIR, true))
                .build();
    }

    private static List<Volume> volumes(EnsembleIdentity ensemble, Optional<Recovery> recovery) {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(new VolumeBuilder()
                .withName("config")
                .withNewConfigMap()
                .withName(ObjectNames.configMap(ensemble.name()))
                .endConfigMap()
                .build());
        // Optional: the marker goes away after the bootstrap and the pods stay as they are.
        volumes.add(new VolumeBuilder()
                .withName("initialize")
                .withNewSecret()
                .withSecretName(ObjectNames.initializeSecret(ensemble.name()))
                .withOptional(true)
                .endSecret()
                .build());
        recovery.ifPresent(r -> volumes.add(new VolumeBuilder()
                .withName("backup")
                .withNewPersistentVolumeClaim()
                .withClaimName(r.claimName())
                .endPersistentVolumeClaim()
                .build()));
        return volumes;
    }

    static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly ? true : null)
                .build();
    }

    private static EnvVar podIp() {
        return new EnvVarBuilder()
                .withName("POD_IP")
                .withNewValueFrom()
                .withNewFieldRef()
                .withApiVersion("v1")
                .withFieldPath("status.podIP")
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar jvmArgs(@Nullable JvmSettings jvm) {
        Integer percent = jvm == null ? null : jvm.heapPercent();
        List<String> arguments = new ArrayList<>();
        arguments.add("-XX:MaxRAMPercentage=" + (percent == null ? 60 : percent));
        if (jvm != null && jvm.extraArgs() != null) {
            arguments.addAll(jvm.extraArgs());
        }
        return new EnvVarBuilder()
                .withName("QUORATE_JVM_ARGS")
                .withValue(String.join(" ", arguments))
                .build();
    }

    private static ContainerPort port(String name, int port) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private static Probe probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("admin"))
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(3)
                .withFailureThreshold(failures)
                .build();
    }

    private static ResourceRequirements resources(ResourceSettings settings) {
        return new ResourceRequirementsBuilder()
                .withRequests(settings.requests())
                .withLimits(settings.limits())
                .build();
    }

    private static List<Toleration> tolerations(PodSettings settings) {
        List<Toleration> tolerations = new ArrayList<>();
        for (TolerationSpec t : settings.tolerations() == null ? List.<TolerationSpec>of() : settings.tolerations()) {
            tolerations.add(new TolerationBuilder()
                    .withKey(t.key())
                    .withOperator(t.operator())
                    .withValue(t.value())
                    .withEffect(t.effect())
                    .withTolerationSeconds(t.tolerationSeconds())
                    .build());
        }
        return tolerations;
    }
}
