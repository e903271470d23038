package dev.quorate.ensemble;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The arrows between the server's packages, and what the deterministic core may not touch.
///
/// The table is the one of ARCHITECTURE.md, lowest room first. What a room may use, it may use together with whatever
/// that room's own signatures show: the arrows are transitive. A room that has no code yet costs nothing.
class ArchitectureTest {

    private static final String BASE = "dev.quorate.ensemble";

    private record Room(String name, Set<String> mayUse) {}

    private static final List<Room> ROOMS = rooms();

    /// The rooms that take an event and yield effects, and own no thread, socket, file, clock or global random.
    private static final List<String> CORE = List.of(
            "model", "txn", "quorum", "message", "tree", "watch", "session", "request", "election", "zab", "core");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(BASE);

    private static List<Room> rooms() {
        var rooms = new ArrayList<Room>();
        add(rooms, "model");
        add(rooms, "txn", "model");
        add(rooms, "quorum", "model");
        add(rooms, "message", "model", "txn", "quorum");
        add(rooms, "tree", "model", "txn", "message");
        add(rooms, "watch", "model", "message");
        add(rooms, "session", "model");
        add(rooms, "request", "model", "txn", "quorum", "message", "tree", "watch", "session");
        add(rooms, "election", "model", "quorum", "message");
        add(rooms, "zab", "model", "txn", "quorum", "message");
        add(rooms, "port", "model", "txn", "message");
        add(rooms, "core", allBefore(rooms));
        add(rooms, "wire", "model", "txn", "quorum", "message", "port");
        add(rooms, "storage", "port", "wire", "tree");
        add(rooms, "transport", "port", "wire");
        add(rooms, "config", "model", "quorum", "port");
        // Of the core, only the status that it gives: see theAdminSeesNoLiveState.
        add(rooms, "admin", "port", "model", "config", "core");
        add(rooms, "backup", "port", "wire", "storage", "tree", "txn");
        add(rooms, "server", allBefore(rooms));
        return List.copyOf(rooms);
    }

    private static String[] allBefore(List<Room> rooms) {
        return rooms.stream().map(Room::name).toArray(String[]::new);
    }

    private static void add(List<Room> rooms, String name, String... mayUse) {
        var reach = new LinkedHashSet<String>();
        reach.add(name);
        for (var used : mayUse) {
            rooms.stream().filter(room -> room.name.equals(used)).forEach(room -> reach.addAll(room.mayUse));
        }
        rooms.add(new Room(name, reach));
    }

    @TestFactory
    Stream<DynamicTest> everyPackageUsesOnlyTheOnesItMay() {
        return ROOMS.stream()
                .map(room -> DynamicTest.dynamicTest(room.name, () -> classes()
                        .that(resideInAPackage(inside(room.name)))
                        .should(onlyDependOnClassesThat(
                                not(resideInAPackage(BASE + "..")).or(resideInAnyPackage(inside(room.mayUse)))))
                        .allowEmptyShould(true)
                        .check(CLASSES)));
    }

    @Test
    void everyClassStandsInAPackageOfTheTable() {
        var homeless = CLASSES.stream()
                .filter(type -> !type.getPackageName().equals(BASE))
                .filter(type -> ROOMS.stream()
                        .noneMatch(room -> resideInAPackage(inside(room.name)).test(type)))
                .map(JavaClass::getName);
        assertThat(homeless).isEmpty();
    }

    @Test
    void theAdminSeesNoLiveState() {
        noClasses()
                .that(resideInAPackage(inside("admin")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                inside(List.of("tree", "watch", "session", "request", "election", "zab")))
                        .or(resideInAPackage(inside("core"))
                                .and(not(describe(
                                        "copies for the admin",
                                        (JavaClass type) -> type.getName().startsWith(BASE + ".core.MemberStatus")
                                                || type.getName().equals(BASE + ".core.MemberDetails"))))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void theCoreKnowsNoSocketFileThreadOrLogger() {
        noClasses()
                .that(resideInAnyPackage(inside(CORE)))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..",
                                "java.nio.channels..",
                                "java.nio.file..",
                                "java.util.concurrent..",
                                "java.util.logging..",
                                "java.lang.foreign..",
                                "org.slf4j..",
                                "com.fasterxml..",
                                "picocli..")
                        .and(not(describe("TimeUnit", (JavaClass type) -> type.getName()
                                .equals("java.util.concurrent.TimeUnit")))))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class,
                        ThreadLocal.class,
                        java.io.File.class,
                        java.io.FileInputStream.class,
                        java.io.FileOutputStream.class,
                        java.io.RandomAccessFile.class)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void theCoreReadsNoClockAndNoGlobalRandom() {
        noClasses()
                .that(resideInAnyPackage(inside(CORE)))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callConstructor(java.util.Random.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(java.time.Clock.class, java.security.SecureRandom.class)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void systemPropertiesAreReadNowhereBelowConfig() {
        noClasses()
                .that(not(resideInAnyPackage(inside(List.of("config", "server")))))
                .should()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class, String.class)
                .orShould()
                .callMethod(Integer.class, "getInteger", String.class)
                .orShould()
                .callMethod(Boolean.class, "getBoolean", String.class)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static String inside(String room) {
        return BASE + "." + room + "..";
    }

    private static String[] inside(Iterable<String> rooms) {
        var patterns = new ArrayList<String>();
        rooms.forEach(room -> patterns.add(inside(room)));
        return patterns.toArray(String[]::new);
    }

    @Test
    void theTableListsEachPackageOnce() {
        assertThat(Arrays.stream(allBefore(ROOMS))).doesNotHaveDuplicates().containsAll(CORE);
    }
}
