package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./quorate status`.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Lists the ensembles: name, namespace, whether Ready, and a connect string that works from this machine.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:listed", "1:failed", "2:wrong usage", "3:the embedded mode is not running"})
final class StatusCommand implements Callable<Integer> {
    enum Output {
        text,
        json
    }

    @Mixin
    private final StateFolder state = new StateFolder();

    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "text", description = "${COMPLETION-CANDIDATES}")
    private Output output = Output.text;

    @Override
    public Integer call() throws Exception {
        Ensembles ensembles = new Ensembles(state.client());
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (JsonNode ensemble : ensembles.list()) {
            all.add(ensembles.summary(ensemble));
        }
        if (output == Output.json) {
            System.out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } else if (all.isEmpty()) {
            System.out.println("no ensembles; ./quorate up applies the example");
        } else {
            for (JsonNode e : all) {
                System.out.printf(
                        "%s/%s  %s  %s%n",
                        e.path("namespace").asText(),
                        e.path("name").asText(),
                        e.path("ready").asBoolean() ? "Ready" : "not Ready",
                        e.path("connectString").asText());
            }
        }
        return 0;
    }
}
