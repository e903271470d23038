package dev.quorate.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.local.runtime.LocalRuntime;
import dev.quorate.local.runtime.LogRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `GET …/pods/NAME/log`.
final class PodLog {
    private PodLog() {}

    static void send(Exchange exchange, ApiServer.Target target, Resources resources, LocalRuntime runtime) {
        JsonNode pod = resources.get(target);
        List<String> names = new ArrayList<>();
        pod.at("/spec/containers").forEach(c -> names.add(c.path("name").asText()));
        pod.at("/spec/initContainers").forEach(c -> names.add(c.path("name").asText()));
        String container = exchange.query("container").isEmpty() ? names.getFirst() : exchange.query("container");
        if (!names.contains(container)) {
            throw StatusError.badRequest("container " + container + " is not valid for pod " + target.name());
        }
        String tail = exchange.query("tailLines");
        LogRequest request = new LogRequest(
                target.namespace(),
                target.name(),
                container,
                tail.isEmpty() ? -1 : Long.parseLong(tail),
                exchange.flag("follow"),
                exchange.flag("timestamps"),
                exchange.flag("previous"));
        boolean[] begun = new boolean[1];
        try {
            Optional<Boolean> found = runtime.log(request, line -> {
                if (!begun[0]) {
                    exchange.begin("text/plain");
                    begun[0] = true;
                }
                exchange.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                return !exchange.isOver();
            });
            if (found.isEmpty()) {
                throw StatusError.badRequest("container \"" + container + "\" in pod \"" + target.name()
                        + "\" is waiting to start: ContainerCreating");
            }
            if (!found.get()) {
                throw StatusError.badRequest("previous terminated container \"" + container + "\" in pod \""
                        + target.name() + "\" not found");
            }
            if (!begun[0]) {
                exchange.begin("text/plain");
            }
            exchange.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
