package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/// `./quorate up`, as a user runs it, with a state folder of its own.
final class EmbeddedCluster implements Cluster {
    private static final String NAMESPACE = "default";

    private final Path checkout;
    private final Path state;
    private final KubernetesClient client;
    private final List<Path> mounts = new ArrayList<>();

    private EmbeddedCluster(Path checkout, Path state) throws IOException {
        this.checkout = checkout;
        this.state = state;
        this.client = Kubeconfig.client(state.resolve("kubeconfig"));
    }

    static Cluster up(Path checkout) throws IOException, InterruptedException {
        Path state = checkout.resolve("e2e/target/embedded");
        // What a run that was killed has left.
        quorate(checkout, state, "down", "--delete-data");
        System.out.println(quorate(checkout, state, "up", "--no-apply", "--detach"));
        return new EmbeddedCluster(checkout, state);
    }

    private static String quorate(Path checkout, Path state, String command, String... options)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(checkout.resolve("quorate").toString(), command));
        line.addAll(List.of(options));
        line.addAll(List.of("--state-dir", state.toString()));
        return Program.run(checkout, Map.of("QUORATE_BUILD", "no"), line);
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public String namespace() {
        return NAMESPACE;
    }

    @Override
    public InetSocketAddress address(Pod pod, int port) {
        return new InetSocketAddress(pod.getStatus().getPodIP(), port);
    }

    @Override
    public void killOperator() throws Exception {
        ProcessHandle operator = Await.value(
                "the operator's process",
                () -> state,
                () -> operatorPod().get().getStatus().getContainerStatuses().stream()
                        .filter(status -> status.getState().getRunning() != null)
                        .map(status -> status.getContainerID().replace("process://", ""))
                        .flatMap(id -> ProcessHandle.of(Long.parseLong(id)).stream())
                        .findFirst());
        operator.destroyForcibly();
        operator.onExit().join();
    }

    /// The pod of the first once more.
    @Override
    public AutoCloseable standbyOperator() throws Exception {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("quorate-operator-standby")
                .withNamespace("kube-system")
                .endMetadata()
                .withSpec(operatorPod().get().getSpec())
                .build();
        PodResource standby = client.pods().resource(pod);
        standby.create();
        standby.waitUntilReady(Await.LONG.toSeconds(), TimeUnit.SECONDS);
        Await.until("a second operator is up", standby::getLog, () -> standby.getLog()
                .contains("is held by"));
        return () -> standby.withGracePeriod(0).delete();
    }

    private PodResource operatorPod() {
        return client.pods().inNamespace("kube-system").withName("quorate-operator");
    }

    @Override
    public String operatorLog() {
        return operatorPod().getLog();
    }

    /// Pods are processes of this user, so permissions do not stop them where that is root: a small file system does.
    @Override
    public void brokenClaim(String name, Breakage breakage) throws Exception {
        if (!System.getProperty("user.name").equals("root")) {
            throw new TestAbortedException("embedded: a broken volume is a mount, which only root can make");
        }
        PersistentVolumeClaim claim = Objects.claim(this, name);
        Path folder = state.resolve("volumes")
                .resolve(NAMESPACE + "_" + name + "_" + claim.getMetadata().getUid());
        Await.until("folder of claim " + name, () -> folder, () -> Files.isDirectory(folder));
        String options =
                switch (breakage) {
                    case READ_ONLY -> "ro";
                    case FULL -> "size=4k";
                };
        try {
            Program.run(
                    checkout,
                    Map.of(),
                    List.of("mount", "-t", "tmpfs", "-o", options, "quorate-e2e", folder.toString()));
        } catch (AssertionError refused) {
            throw new TestAbortedException("embedded: this machine allows no mounts: " + refused.getMessage());
        }
        mounts.add(folder);
    }

    @Override
    public void mendClaims() throws Exception {
        for (Path mount : mounts) {
            Program.run(checkout, Map.of(), List.of("umount", mount.toString()));
        }
        mounts.clear();
    }

    @Override
    public void close() throws Exception {
        client.close();
        mendClaims();
        quorate(checkout, state, "down", "--delete-data");
    }
}
