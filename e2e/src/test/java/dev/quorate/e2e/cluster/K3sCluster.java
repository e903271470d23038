package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/// k3s in a container, with the images that `-Dimage.skip=false` has built.
final class K3sCluster implements Cluster {
    private static final DockerImageName IMAGE = DockerImageName.parse("rancher/k3s:v1.33.5-k3s1");

    private final K3sContainer container;
    private final Cluster installed;

    private K3sCluster(K3sContainer container, Cluster installed) {
        this.container = container;
        this.installed = installed;
    }

    static Cluster up(Path checkout) throws Exception {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw new TestAbortedException("-De2e.cluster=k3s: skipped, there is no Docker here");
        }
        K3sContainer container = new K3sContainer(IMAGE);
        container.start();
        try {
            for (String module : new String[] {"operator", "ensemble-server"}) {
                Path archive = checkout.resolve(module).resolve("target/jib-image.tar");
                if (!Files.exists(archive)) {
                    throw new IllegalStateException(archive + " is missing: build with -Dimage.skip=false");
                }
                String inside = "/tmp/" + module + ".tar";
                container.copyFileToContainer(MountableFile.forHostPath(archive), inside);
                var imported = container.execInContainer("ctr", "--namespace", "k8s.io", "images", "import", inside);
                if (imported.getExitCode() != 0) {
                    throw new IllegalStateException(archive + ": " + imported.getStderr());
                }
            }
            Path kubeconfig = checkout.resolve("e2e/target/k3s-kubeconfig");
            Files.writeString(kubeconfig, container.getKubeConfigYaml());
            return new K3sCluster(container, InstalledCluster.on(checkout, kubeconfig));
        } catch (Exception | AssertionError e) {
            container.stop();
            throw e;
        }
    }

    @Override
    public KubernetesClient client() {
        return installed.client();
    }

    @Override
    public String namespace() {
        return installed.namespace();
    }

    @Override
    public String operatorNamespace() {
        return installed.operatorNamespace();
    }

    @Override
    public InetSocketAddress address(Pod pod, int port) {
        return installed.address(pod, port);
    }

    @Override
    public void killOperator() throws Exception {
        installed.killOperator();
    }

    @Override
    public AutoCloseable standbyOperator() throws Exception {
        return installed.standbyOperator();
    }

    @Override
    public String operatorLog() {
        return installed.operatorLog();
    }

    @Override
    public void brokenClaim(String name, Breakage breakage) throws Exception {
        installed.brokenClaim(name, breakage);
    }

    @Override
    public void mendClaims() throws Exception {
        installed.mendClaims();
    }

    @Override
    public void close() {
        container.stop();
    }
}
