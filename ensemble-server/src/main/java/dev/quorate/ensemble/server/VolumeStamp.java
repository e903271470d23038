package dev.quorate.ensemble.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.ensemble.config.DynamicConfigFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whose volume this is: `quorate-volume.json` in the data directory. It keeps a volume of one ensemble, or of an older
/// incarnation, from being taken for another's (operator-design.md §4.0).
record VolumeStamp(String ensembleUid, long incarnation, long memberId) {
    static final String NAME = "quorate-volume.json";

    /// The volume must not be used; the message says why in one line.
    static final class Foreign extends Exception {
        private static final long serialVersionUID = 1L;

        Foreign(String message) {
            super(message);
        }
    }

    /// Compares with what stands in `dataDir`, and stamps an empty one; true when it was empty.
    boolean claim(Path dataDir) throws IOException, Foreign {
        Path file = dataDir.resolve(NAME);
        if (!Files.exists(file)) {
            String found = anything(dataDir);
            if (!found.isEmpty()) {
                throw new Foreign(dataDir + ": the volume has no " + NAME + " but holds " + found
                        + ": refusing to use contents of unknown origin");
            }
            DynamicConfigFiles.replace(file, text());
            return true;
        }
        VolumeStamp there = read(file);
        if (!equals(there)) {
            throw new Foreign(file + ": the volume belongs to " + there.describe() + ", this is " + describe());
        }
        return false;
    }

    /// For a server that was told nothing but its number: whose data this is, from its first start on. A number that
    /// was changed, or a copy of another server's data, would vote as somebody who never promised anything.
    static void claim(Path dataDir, long serverId) throws IOException, Foreign {
        Path file = dataDir.resolve(NAME);
        if (!Files.exists(file)) {
            DynamicConfigFiles.replace(file, new VolumeStamp("", 0, serverId).text());
            return;
        }
        VolumeStamp there = read(file);
        if (there.memberId != serverId) {
            throw new Foreign(file + ": the data belongs to server " + there.memberId + ", and myid says " + serverId
                    + ": it does not vote in another's name; with neither version-2 nor this file it begins anew");
        }
    }

    private String describe() {
        return "member " + memberId + " of ensemble " + ensembleUid + ", incarnation " + incarnation;
    }

    private String text() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("ensembleUid", ensembleUid).put("incarnation", incarnation).put("memberId", memberId);
        return json + "\n";
    }

    private static VolumeStamp read(Path file) throws IOException, Foreign {
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readString(file));
            return new VolumeStamp(
                    json.path("ensembleUid").asText(),
                    json.path("incarnation").asLong(-1),
                    json.path("memberId").asLong(-1));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new Foreign(file + " cannot be read: " + e.getOriginalMessage());
        }
    }

    /// The name of something in a directory, "" when it is empty. A new file system has its own `lost+found`.
    private static String anything(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.equals("lost+found") && !name.equals(NAME + ".tmp")) {
                    return name;
                }
            }
        }
        return "";
    }
}
