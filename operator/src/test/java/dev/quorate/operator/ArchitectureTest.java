package dev.quorate.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fabric8.kubernetes.client.Client;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.http.HttpClient;
import org.junit.jupiter.api.Test;

/// The arrows between the operator's packages: what decides does no I/O, what observes does not act.
class ArchitectureTest {
    private static final String BASE = "dev.quorate.operator.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.quorate.operator");

    @Test
    void planDesiredAndStatusDoNoInputOrOutput() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + "plan..", BASE + "desired..", BASE + "status..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Client.class)
                .orShould()
                .dependOnClassesThat()
                .areAnnotatedWith(ApplicationScoped.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.file..", "java.util.concurrent..", BASE + "config..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE + "act..", BASE + "client..", BASE + "reconcile..")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .because("they are pure: everything they need is an argument")
                .check(CLASSES);
    }

    @Test
    void desiredObjectsKnowNothingOfWhatIsObserved() {
        noClasses()
                .that()
                .resideInAPackage(BASE + "desired..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE + "observe..", BASE + "plan..", BASE + "status..")
                .check(CLASSES);
    }

    @Test
    void observingActsOnNothing() {
        noClasses()
                .that()
                .resideInAPackage(BASE + "observe..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE + "act..", BASE + "plan..", BASE + "reconcile..")
                .check(CLASSES);
    }

    @Test
    void onlyObservingAndActingAndTheGlueReachTheCluster() {
        noClasses()
                .that()
                .resideOutsideOfPackages(BASE + "observe..", BASE + "act..", BASE + "client..", BASE + "reconcile..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(KubernetesClient.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(HttpClient.class)
                .check(CLASSES);
    }

    @Test
    void operatorDoesNotKnowTheEmbeddedMode() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.quorate.local..")
                .check(CLASSES);
    }
}
