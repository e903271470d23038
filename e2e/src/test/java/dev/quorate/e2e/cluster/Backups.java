package dev.quorate.e2e.cluster;

import dev.quorate.crds.backup.EnsembleBackup;
import dev.quorate.crds.backup.EnsembleBackupStatus;
import dev.quorate.crds.restore.EnsembleRestore;
import dev.quorate.crds.restore.EnsembleRestoreStatus;
import java.util.Optional;

/// Backups and restores of a test, made and awaited.
public final class Backups {
    private Backups() {}

    /// @return its final status, whatever that is
    public static EnsembleBackupStatus take(Cluster cluster, String name, EnsembleUnderTest ensemble, String claim)
            throws Exception {
        Objects.apply(cluster, """
                apiVersion: quorate.dev/v1alpha1
                kind: EnsembleBackup
                metadata: {name: %s}
                spec:
                  ensembleRef: {name: %s}
                  persistentVolumeClaim: {claimName: %s}
                  timeout: 5m
                """.formatted(name, ensemble.name(), claim));
        return Await.value("backup " + name + " is finished", () -> backup(cluster, name), () -> backup(cluster, name)
                .filter(EnsembleBackupStatus::finished));
    }

    private static Optional<EnsembleBackupStatus> backup(Cluster cluster, String name) {
        return Optional.ofNullable(cluster.client()
                        .resources(EnsembleBackup.class)
                        .inNamespace(cluster.namespace())
                        .withName(name)
                        .get())
                .map(EnsembleBackup::getStatus);
    }

    /// @return its final status, whatever that is
    public static EnsembleRestoreStatus restore(Cluster cluster, String name, String backup, String into)
            throws Exception {
        Objects.apply(
                cluster,
                """
                apiVersion: quorate.dev/v1alpha1
                kind: EnsembleRestore
                metadata: {name: %s}
                spec:
                  source: {backupRef: {name: %s}}
                  destination:
                    newEnsemble:
                      name: %s
                      template:
                        spec:
                """.formatted(name, backup, into)
                        + EnsembleUnderTest.spec(3, "Delete").indent(10));
        return Await.value("restore " + name + " is finished", () -> status(cluster, name), () -> status(cluster, name)
                .filter(EnsembleRestoreStatus::finished));
    }

    private static Optional<EnsembleRestoreStatus> status(Cluster cluster, String name) {
        return Optional.ofNullable(cluster.client()
                        .resources(EnsembleRestore.class)
                        .inNamespace(cluster.namespace())
                        .withName(name)
                        .get())
                .map(EnsembleRestore::getStatus);
    }
}
