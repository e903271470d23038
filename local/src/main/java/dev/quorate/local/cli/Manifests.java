package dev.quorate.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Objects in YAML or JSON files.
final class Manifests {
    private Manifests() {}

    /// All objects of a file, or of the YAML files of a folder.
    static List<ObjectNode> read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new Failure(Failure.USAGE, "no such file: " + path);
        }
        List<ObjectNode> objects = new ArrayList<>();
        for (Path file : files(path)) {
            try (MappingIterator<JsonNode> documents =
                    new YAMLMapper().readerFor(JsonNode.class).readValues(file.toFile())) {
                while (documents.hasNextValue()) {
                    JsonNode document = documents.nextValue();
                    if (document instanceof ObjectNode object && object.has("kind")) {
                        objects.add(object);
                    } else if (!document.isNull() && !document.isMissingNode()) {
                        throw new Failure(Failure.FAILED, file + ": a document without apiVersion and kind");
                    }
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                String problem = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
                throw new Failure(Failure.FAILED, file + ": line " + line(e) + ": " + problem);
            }
        }
        return objects;
    }

    private static int line(com.fasterxml.jackson.core.JsonProcessingException e) {
        return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> list = Files.list(path)) {
            return list.filter(p -> p.toString().matches(".*\\.(ya?ml|json)"))
                    .filter(p -> !p.getFileName().toString().startsWith("kustomization"))
                    .sorted()
                    .toList();
        }
    }

    /// Applies the object as a user would with kubectl. Its namespace is `default` unless it names one.
    static JsonNode apply(ApiClient api, ObjectNode object) throws IOException, InterruptedException {
        String namespace = object.at("/metadata/namespace").asText("default");
        String name = object.at("/metadata/name").asText();
        try {
            return api.apply(api.pathOf(object, namespace.isEmpty() ? "default" : namespace, name), object);
        } catch (ApiClient.Refused e) {
            String kind = object.path("kind").asText();
            throw new Failure(Failure.FAILED, kind + " " + name + ": " + e.getMessage());
        }
    }
}
