package dev.quorate.e2e.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;

/// A client of the cluster that a kubeconfig names.
final class Kubeconfig {
    private Kubeconfig() {}

    static KubernetesClient client(Path file) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(file));
        if (config.getClientCertData() != null) {
            // The client takes every key for RSA whose PEM header does not say otherwise.
            config.setClientKeyAlgo(algorithm(Base64.getMimeDecoder().decode(config.getClientCertData())));
        }
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static String algorithm(byte[] certificate) throws IOException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate))
                    .getPublicKey()
                    .getAlgorithm();
        } catch (CertificateException e) {
            throw new IOException("the client's certificate in the kubeconfig cannot be read", e);
        }
    }
}
