package dev.quorate.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
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

    /// All objects of the files, and of the files of folders.
    static List<ObjectNode> read(List<Path> paths) throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new Failure(Failure.USAGE, "no such file: " + path);
            }
            try (Stream<Path> files = Files.walk(path, 1)) {
                for (Path file : files.filter(f -> isManifest(f, path)).sorted().toList()) {
                    objects.addAll(read(file));
                }
            }
        }
        return objects;
    }

    private static boolean isManifest(Path file, Path asked) {
        boolean named = file.toString().matches(".*\\.(ya?ml|json)") && !file.endsWith("kustomization.yaml");
        return !Files.isDirectory(file) && (named || file.equals(asked));
    }

    private static List<ObjectNode> read(Path file) throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
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
        } catch (JsonProcessingException e) {
            String problem = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new Failure(Failure.FAILED, file + ": line " + line + ": " + problem);
        }
        return objects;
    }
}
