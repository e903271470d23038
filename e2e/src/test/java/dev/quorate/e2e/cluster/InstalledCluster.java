package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.opentest4j.TestAbortedException;

/// A real cluster, with `deploy/namespaced` installed in a namespace of its own as users install it: with kubectl,
/// and with no more rights for the operator than the Role that is shipped. With `-De2e.deploy=cluster-wide` that one is
/// installed, and the ensembles are in another namespace than the operator.
final class InstalledCluster implements Cluster {
    private static final Map<String, String> OPERATOR =
            Map.of("app.kubernetes.io/name", "quorate", "app.kubernetes.io/component", "operator");
    private static final int PROBE_MILLIS = 2_000;

    private final Path checkout;
    private final Path kubeconfig;
    private final KubernetesClient client;
    private final String deploy = System.getProperty("e2e.deploy", "namespaced");
    private final boolean wide = deploy.equals("cluster-wide");
    private final String operatorNamespace;
    private final String namespace;
    private final Map<String, LocalPortForward> forwards = new ConcurrentHashMap<>();
    private final List<String> volumes = new ArrayList<>();

    private InstalledCluster(Path checkout, Path kubeconfig) throws IOException {
        this.checkout = checkout;
        this.kubeconfig = kubeconfig;
        this.client = Kubeconfig.client(kubeconfig);
        this.operatorNamespace = "quorate-e2e-" + Integer.toHexString(new SecureRandom().nextInt(0x1000, 0x10000));
        this.namespace = wide ? operatorNamespace + "-apps" : operatorNamespace;
    }

    /// On the cluster that `KUBECONFIG` names.
    static Cluster onKubeconfig(Path checkout) throws Exception {
        String kubeconfig = System.getenv("KUBECONFIG");
        if (kubeconfig == null || kubeconfig.isBlank()) {
            throw new IllegalArgumentException("-De2e.cluster=kubeconfig: KUBECONFIG is not set");
        }
        return on(checkout, Path.of(kubeconfig));
    }

    static InstalledCluster on(Path checkout, Path kubeconfig) throws Exception {
        InstalledCluster cluster = new InstalledCluster(checkout, kubeconfig);
        try {
            cluster.install();
            return cluster;
        } catch (Exception | AssertionError e) {
            System.out.println(cluster.operatorLog());
            cluster.close();
            throw e;
        }
    }

    private void install() throws Exception {
        Path overlay = checkout.resolve("e2e/target/overlay");
        Files.createDirectories(overlay);
        Files.copy(
                checkout.resolve("deploy/namespaced/image-fields.yaml"),
                overlay.resolve("image-fields.yaml"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        String tag = System.getProperty("e2e.image.tag", "latest");
        Files.writeString(overlay.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: %s
                resources: [../../../deploy/%s]
                configurations: [image-fields.yaml]
                images:
                  - {name: quorate/operator, newTag: '%s'}
                  - {name: quorate/ensemble-server, newTag: '%s'}
                """.formatted(operatorNamespace, deploy, tag, tag));
        System.out.println(kubectl("apply", "-k", overlay.toString()));
        if (wide) {
            System.out.println(kubectl("create", "namespace", namespace));
        }
        System.out.println(kubectl(
                "--namespace", operatorNamespace, "rollout", "status", "deployment/quorate-operator", "--timeout=5m"));
    }

    private String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(System.getProperty("e2e.kubectl", "kubectl").split(" ")));
        command.addAll(List.of(arguments));
        return Program.run(checkout, Map.of("KUBECONFIG", kubeconfig.toString()), command);
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public String operatorNamespace() {
        return operatorNamespace;
    }

    /// The pod's own address where this machine has a way to it, else a forwarded port.
    @Override
    public InetSocketAddress address(Pod pod, int port) {
        String key = pod.getMetadata().getUid() + ":" + port;
        if (forwards.isEmpty() && reaches(pod.getStatus().getPodIP(), port)) {
            return new InetSocketAddress(pod.getStatus().getPodIP(), port);
        }
        return forwarded(forwards.computeIfAbsent(key, unused -> client.pods()
                .inNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .portForward(port)));
    }

    private static InetSocketAddress forwarded(LocalPortForward forward) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), forward.getLocalPort());
    }

    private static boolean reaches(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), PROBE_MILLIS);
            return true;
        } catch (java.net.ConnectException refused) {
            // Somebody there said no: there is a way, and the server will listen in time.
            return true;
        } catch (IOException noWay) {
            return false;
        }
    }

    @Override
    public void killOperator() throws Exception {
        for (Pod pod : operatorPods()) {
            if (leadingOperator().startsWith(pod.getMetadata().getName())) {
                client.resource(pod).withGracePeriod(0).delete();
            }
        }
    }

    @Override
    public AutoCloseable standbyOperator() {
        scaleOperator(2);
        return () -> scaleOperator(1);
    }

    private void scaleOperator(int replicas) {
        RollableScalableResource<Deployment> deployment =
                client.apps().deployments().inNamespace(operatorNamespace).withName("quorate-operator");
        deployment.scale(replicas);
        deployment.waitUntilCondition(
                d -> Integer.valueOf(replicas).equals(d.getStatus().getReadyReplicas()),
                Await.LONG.toSeconds(),
                TimeUnit.SECONDS);
    }

    private List<Pod> operatorPods() {
        return client.pods()
                .inNamespace(operatorNamespace)
                .withLabels(OPERATOR)
                .list()
                .getItems();
    }

    @Override
    public String operatorLog() {
        return operatorPods().stream()
                .map(pod -> client.pods()
                        .inNamespace(operatorNamespace)
                        .withName(pod.getMetadata().getName())
                        .getLog())
                .collect(Collectors.joining("\n"));
    }

    /// A folder of the node that belongs to root, which no pod here is.
    @Override
    public void brokenClaim(String name, Breakage breakage) {
        if (breakage == Breakage.FULL) {
            throw new TestAbortedException("kubeconfig: a full volume cannot be asked of a cluster");
        }
        String volume = namespace + "-" + name;
        client.resource(new io.fabric8.kubernetes.api.model.PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName(volume)
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .withStorageClassName("")
                        .addToCapacity("storage", new io.fabric8.kubernetes.api.model.Quantity("1Gi"))
                        .withNewHostPath()
                        .withPath("/var/lib/" + volume)
                        .withType("DirectoryOrCreate")
                        .endHostPath()
                        .withNewClaimRef()
                        .withNamespace(namespace)
                        .withName(name)
                        .endClaimRef()
                        .endSpec()
                        .build())
                .create();
        volumes.add(volume);
        Objects.apply(this, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s}
                spec:
                  accessModes: [ReadWriteOnce]
                  storageClassName: ""
                  volumeName: %s
                  resources: {requests: {storage: 1Gi}}
                """.formatted(name, volume));
    }

    @Override
    public void mendClaims() {
        volumes.forEach(volume -> client.persistentVolumes().withName(volume).delete());
        volumes.clear();
    }

    /// The custom resources' definitions stay: others may have objects of them.
    @Override
    public void close() throws Exception {
        for (LocalPortForward forward : forwards.values()) {
            forward.close();
        }
        for (String own : new TreeSet<>(List.of(namespace, operatorNamespace))) {
            client.namespaces().withName(own).delete();
        }
        for (String own : new TreeSet<>(List.of(namespace, operatorNamespace))) {
            client.namespaces()
                    .withName(own)
                    .waitUntilCondition(java.util.Objects::isNull, Await.LONG.toSeconds(), TimeUnit.SECONDS);
        }
        if (wide) {
            client.rbac().clusterRoleBindings().withName("quorate-operator").delete();
            client.rbac().clusterRoles().withName("quorate-operator").delete();
        }
        mendClaims();
        client.close();
    }
}
