package dev.quorate.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The commands that the README names, by the real kubectl: the one of the environment variable KUBECTL (a command
/// line), or of the PATH. Skipped by name where there is none.
final class KubectlTest {
    @RegisterExtension
    static final LocalClusterExtension CLUSTER = new LocalClusterExtension();

    @TempDir
    private Path folder;

    private List<String> kubectl = List.of();

    record Result(int exitCode, String output) {
        void succeeds(String... parts) {
            assertThat(output).contains(parts);
            assertThat(exitCode).as(output).isZero();
        }

        void fails(String... parts) {
            assertThat(output).contains(parts);
            assertThat(exitCode).as(output).isNotZero();
        }
    }

    @BeforeEach
    void find() {
        String given = System.getenv("KUBECTL");
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(p -> Path.of(p, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(given != null || found.isPresent(), "no kubectl: neither the variable KUBECTL nor one in the PATH");
        kubectl = given != null
                ? List.of(given.split(" "))
                : List.of(found.orElseThrow().toString());
    }

    private Result kubectl(String arguments) {
        return run(Map.of(), "", arguments.split(" "));
    }

    private Result apply(String yaml, String... options) {
        List<String> arguments = new ArrayList<>(List.of("apply", "-f", "-"));
        arguments.addAll(List.of(options));
        return run(Map.of(), yaml, arguments.toArray(String[]::new));
    }

    private Result run(Map<String, String> environment, String input, String... arguments) {
        List<String> command = new ArrayList<>(kubectl);
        command.addAll(List.of("--kubeconfig", CLUSTER.kubeconfig().toString()));
        // Of its own: kubectl remembers kinds by address and port.
        command.addAll(List.of("--cache-dir", folder.resolve("cache").toString()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(folder, "output", "");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as(String.join(" ", command))
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String widget(String name, String spec) {
        return "{apiVersion: demo.example/v1, kind: Widget, metadata: {name: " + name + "}, spec: " + spec + "}";
    }

    private static String settings(String name, String data) {
        return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: " + data + "}";
    }

    @Test
    void applyGetDescribeExplainOfACustomKind() {
        apply(widget("a", "{replicas: 1, tags: [x]}")).succeeds("widget.demo.example/a created");
        apply(widget("a", "{replicas: 1, tags: [x]}")).succeeds("widget.demo.example/a unchanged");
        apply(widget("a", "{replicas: 3}")).succeeds("widget.demo.example/a configured");
        kubectl("get widgets").succeeds("NAME   REPLICAS   READY", "a      3");
        kubectl("get wd a -o jsonpath={.spec.mode}{.spec.tags}").succeeds("A");
        kubectl("get all").succeeds("widget.demo.example/a");
        kubectl("describe widget a").succeeds("Replicas:  3", "Events:", "<none>");
        kubectl("explain widget.spec").succeeds("what is wanted", "replicas\t<integer> -required-");
        kubectl("explain widget.spec --recursive").succeeds("  ports\t<[]Object>", "    port\t<integer>");
        kubectl("api-resources").succeeds("widgets", "statefulsets");
        kubectl("delete widget a").succeeds("deleted");
        kubectl("get widget a").fails("widgets.demo.example \"a\" not found");
    }

    @Test
    void invalidObjectsAreRefusedWithTheirFields() {
        apply(widget("bad", "{replicas: 2}")).fails("spec.replicas: Invalid value: \"object\": replicas must be odd");
        apply(widget("bad", "{replicas: 0, mode: C}"))
                .fails(
                        "* spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
                        "* spec.mode: Unsupported value: \"C\"");
        apply(widget("bad", "{replicas: 1, bogus: 1}")).fails("strict decoding error: unknown field \"spec.bogus\"");
        apply(widget("bad", "{replicas: 1, bogus: 1}"), "--server-side")
                .fails("strict decoding error: unknown field \"spec.bogus\"");
    }

    @Test
    void serverSideApplyConflictsAndCanBeForced() {
        apply(widget("b", "{replicas: 1}"), "--server-side", "--field-manager=one")
                .succeeds("serverside-applied");
        apply(widget("b", "{replicas: 3}"), "--server-side").fails("conflict with \"one\": .spec.replicas");
        apply(widget("b", "{replicas: 3}"), "--server-side", "--force-conflicts")
                .succeeds("serverside-applied");
        apply(settings("b", "{a: b}")).succeeds("created");
        apply(settings("b", "{a: b}"), "--server-side").succeeds("serverside-applied");
        apply(settings("b", "{a: c}"), "--server-side").succeeds("serverside-applied");
        kubectl("get configmap b -o jsonpath={.data.a}").succeeds("c");
    }

    @Test
    void editScalePatchLabelAnnotateAndDiff() {
        apply(widget("c", "{replicas: 1}")).succeeds("created");
        run(Map.of("KUBE_EDITOR", "sed -i s/replicas:.*/replicas:\\ 7/"), "", "edit", "widget", "c")
                .succeeds("edited");
        kubectl("scale widget c --replicas=5").succeeds("scaled");
        kubectl("patch widget c --type=json -p [{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":9}]")
                .succeeds("patched");
        kubectl(
                        "patch widget c --type=merge --subresource=status -p {\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}")
                .succeeds("patched");
        kubectl("label widget c l=m").succeeds("labeled");
        kubectl("annotate widget c n=o").succeeds("annotated");
        kubectl("get widgets -l l=m").succeeds("c      9          True");
        kubectl("wait --for=condition=Ready widget/c --timeout=60s").succeeds("condition met");
        assertThat(run(Map.of(), widget("c", "{replicas: 1}"), "diff", "-f", "-")
                        .exitCode())
                .isEqualTo(1);
        kubectl("patch widget c -p {}").fails("accepted media types include");
        kubectl("delete widgets --all").succeeds("\"c\" deleted");
    }

    @Test
    void builtInKindsMergeListsByTheirKeys() {
        String service = "{apiVersion: v1, kind: Service, metadata: {name: d}, spec: {clusterIP: None, ports: PORTS}}";
        apply(service.replace("PORTS", "[{name: a, port: 1}, {name: b, port: 2}]"))
                .succeeds("created");
        apply(service.replace("PORTS", "[{name: a, port: 1}, {name: b, port: 2}]"))
                .succeeds("unchanged");
        apply(service.replace("PORTS", "[{name: b, port: 2}, {name: c, port: 3}]"))
                .succeeds("configured");
        kubectl("get service d -o jsonpath={.spec.ports[*].name}").succeeds("b c");
        apply(settings("d", "{a: b, c: d}")).succeeds("created");
        apply(settings("d", "{a: x}")).succeeds("configured");
        kubectl("get configmap d -o jsonpath={.data}").succeeds("{\"a\":\"x\"}");
        kubectl("delete configmap,service d").succeeds("deleted");
    }

    @Test
    void podsRunLogAndEnd() {
        String pod = """
                {apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: p}}, spec: {terminationGracePeriodSeconds: 5,
                containers: [{name: m, image: any, command: [sh, -c, 'echo one; echo two; exec sleep 600']}]}}
                """;
        apply(pod).succeeds("created");
        kubectl("wait --for=condition=Ready pod/p --timeout=60s").succeeds("condition met");
        LocalClusterExtension.await(() -> kubectl("logs p"), r -> r.output().contains("two"));
        kubectl("logs p --tail=1").succeeds("two");
        kubectl("get pods").succeeds("p      1/1     Running   0");
        kubectl("get all").succeeds("pod/p");
        kubectl("explain pod.spec").succeeds("containers");
        kubectl("describe pod p").succeeds("Started container m");
        kubectl("logs p -c nope").fails("container nope is not valid for pod p");
        kubectl("logs p --previous").fails("the embedded mode has logs without previous");
        kubectl("exec p -- ls").fails("the embedded mode has no exec of pods");
        kubectl("delete pod p").succeeds("deleted");
        kubectl("get pod p").fails("pods \"p\" not found");
    }

    @Test
    void whatIsNotServedIsRefusedByName() {
        kubectl("get deployments").fails("the server doesn't have a resource type \"deployments\"");
        kubectl("create configmap x --from-literal=a=b").fails("the embedded mode reads no protobuf");
    }
}
