package dev.quorate.local.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which local command stands for an image: by the image's repository, without registry, tag and digest.
///
/// @param entryPoints repository, such as `quorate/ensemble-server`, to an executable file
public record ImageMap(Map<String, Path> entryPoints) {
    public ImageMap {
        entryPoints = Map.copyOf(entryPoints);
    }

    /// The program and its arguments as the image would run them; empty if the image is unknown and the container names
    /// no command of its own.
    Optional<List<String>> command(JsonNode container) {
        Optional<Path> entryPoint = entryPoint(container.path("image").asText());
        List<String> command = new ArrayList<>();
        if (container.path("command").isEmpty()) {
            if (entryPoint.isEmpty()) {
                return Optional.empty();
            }
            command.add(entryPoint.get().toString());
        } else {
            container.path("command").forEach(c -> command.add(c.asText()));
            Path program = Path.of(command.getFirst()).getFileName();
            entryPoint.filter(e -> e.getFileName().equals(program)).ifPresent(e -> command.set(0, e.toString()));
        }
        container.path("args").forEach(a -> command.add(a.asText()));
        return Optional.of(command);
    }

    private Optional<Path> entryPoint(String image) {
        String repository = image.replaceFirst("@.*$", "").replaceFirst(":[^/:]*$", "");
        return entryPoints.entrySet().stream()
                .filter(e -> repository.equals(e.getKey()) || repository.endsWith("/" + e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
