package dev.quorate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.cluster.Cluster;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What can be told of `deploy/` without a cluster. That it installs and works, the rest of this module shows.
class ManifestsTest {
    private static final Path DEPLOY = Cluster.checkout().resolve("deploy");

    @Test
    void everyFileIsAnObjectOfKubernetesOrOfKustomize() throws IOException {
        List<Path> files = files();
        assertThat(files).hasSizeGreaterThan(10);
        for (Path file : files) {
            if (!file.endsWith("image-fields.yaml")) {
                for (GenericKubernetesResource object : documents(file)) {
                    assertThat(object.getApiVersion()).as(file.toString()).isNotBlank();
                    assertThat(object.getKind()).as(file.toString()).isNotBlank();
                }
            }
        }
    }

    @Test
    void everyKustomizationFindsItsResources() throws IOException {
        for (Path file : files()) {
            if (file.endsWith("kustomization.yaml")) {
                List<?> resources =
                        documents(file).getFirst().get("resources") instanceof List<?> list ? list : List.of();
                assertThat(resources).as(file.toString()).isNotEmpty().allSatisfy(resource -> assertThat(
                                file.resolveSibling(resource.toString()))
                        .exists());
            }
        }
    }

    @Test
    void theRolesGrantNothingByWildcardAndNoListOfSecrets() throws IOException {
        List<PolicyRule> rules = roles("operator/role.yaml")
                .flatMap(role -> role.getRules().stream())
                .toList();
        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.getApiGroups()).doesNotContain("*");
            assertThat(rule.getResources()).doesNotContain("*");
            assertThat(rule.getVerbs()).doesNotContain("*", "deletecollection", "escalate", "bind", "impersonate");
            if (rule.getResources().contains("secrets")) {
                assertThat(rule.getVerbs()).doesNotContain("list", "watch");
            }
        });
        assertThat(rules).anySatisfy(rule -> assertThat(rule.getResources()).contains("statefulsets"));
    }

    @Test
    void theOperatorRunsUnderTheRestrictedProfileWithAReadOnlyRoot() throws IOException {
        PodSpec pod = Serialization.unmarshal(
                        Files.readString(DEPLOY.resolve("operator/deployment.yaml")), Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getContainers()).hasSize(1).allSatisfy(ManifestsTest::isRestricted);
        assertThat(documents(DEPLOY.resolve("namespaced/namespace.yaml"))
                        .getFirst()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    }

    private static void isRestricted(Container container) {
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getLivenessProbe()).isNotNull();
        assertThat(container.getReadinessProbe()).isNotNull();
        assertThat(container.getResources().getLimits()).containsKey("memory");
    }

    private static Stream<Role> roles(String file) throws IOException {
        return documents(DEPLOY.resolve(file)).stream()
                .filter(object -> object.getKind().equals("Role"))
                .map(object -> Serialization.unmarshal(Serialization.asJson(object), Role.class));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static List<GenericKubernetesResource> documents(Path file) throws IOException {
        return Arrays.stream(Files.readString(file).split("(?m)^---\\s*$"))
                .filter(text -> text.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                .map(text -> Serialization.unmarshal(text, GenericKubernetesResource.class))
                .toList();
    }
}
