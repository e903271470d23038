package dev.quorate.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Objects in YAML or JSON files.
final class Manifests {
    private static final ObjectReader YAML = new YAMLMapper().readerFor(JsonNode.class);

    private Manifests() {}

    static List<ObjectNode> read(List<Path> files) throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new Failure(Failure.USAGE, "no such file: " + file);
            }
            try (MappingIterator<JsonNode> documents = YAML.readValues(file.toFile())) {
                for (JsonNode document : documents.readAll()) {
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
        }
        return objects;
    }
}
