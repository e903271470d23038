package dev.quorate.crds.ensemble;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Settings of every server of the ensemble, named as in `zoo.cfg` where that has a name.
@ValidationRule(
        value =
                "!has(self.properties) || self.properties.all(k, !(k in ['dataDir', 'dataLogDir', 'skipACL', 'clientPort', 'clientPortAddress',"
                        + " 'secureClientPort', 'tickTime', 'initLimit', 'syncLimit', 'minSessionTimeout', 'maxSessionTimeout', 'snapCount',"
                        + " 'dynamicConfigFile', 'peerType', 'localSessionsEnabled', 'group', 'weight']))",
        message = "properties must not have a key that the operator sets or that has a field of its own",
        fieldPath = ".properties")
@ValidationRule(
        value =
                "!has(self.properties) || self.properties.all(k, !k.startsWith('server.') && !k.startsWith('admin') && !k.startsWith('ssl')"
                        + " && !k.startsWith('reconfig') && !k.startsWith('standalone') && !k.startsWith('autopurge') && !k.startsWith('group.')"
                        + " && !k.startsWith('weight.') && !k.contains('autocreate') && !k.startsWith('4lw'))",
        message =
                "properties must not have a key that begins with server., admin, ssl, reconfig, standalone, autopurge, group., weight. or 4lw",
        fieldPath = ".properties")
@ValidationRule(
        value =
                "!has(self.properties) || self.properties.all(k, !k.startsWith('zookeeper.') && !k.startsWith('quorum.auth')"
                        + " && k != 'portUnification' && k != 'client.portUnification')",
        message =
                "properties must not turn on TLS or SASL, for which neither key stores nor passwords can be mounted yet;"
                        + " nor begin with zookeeper., which is for system properties",
        fieldPath = ".properties")
@ValidationRule(
        value = "!has(self.jvm) || !has(self.jvm.extraArgs) || self.jvm.extraArgs.all(a, !a.startsWith('-Dzookeeper.')"
                + " && !a.startsWith('-Dssl') && !a.startsWith('-Dquorum.auth') && !a.startsWith('-DportUnification'))",
        message = "jvm.extraArgs must not set keys of zoo.cfg, which are for properties, nor turn on TLS or SASL",
        fieldPath = ".jvm")
@ValidationRule(
        value = "!has(self.properties) || self.properties.all(k, k.matches('^[A-Za-z][A-Za-z0-9._-]*$')"
                + " && !self.properties[k].contains('\\n') && !self.properties[k].contains('\\r'))",
        message =
                "a property is one line: a key of letters, digits, dot, underscore and hyphen, and a value without line breaks",
        fieldPath = ".properties")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConfigSpec(
        @JsonPropertyDescription("length of a tick, such as 2s; default 2s")
        @Pattern("^([0-9]+(ms|s|m|h))+$")
        @Size(max = 32)
        @Nullable
        String tickTime,

        @JsonPropertyDescription("ticks that a follower has to connect and catch up; default 10")
        @Min(1)
        @Max(1000000)
        @Nullable
        Integer initLimit,

        @JsonPropertyDescription("ticks that a follower may lag; default 5") @Min(1) @Max(1000000) @Nullable
        Integer syncLimit,

        @JsonPropertyDescription("bounds of what clients may negotiate") @Nullable
        SessionTimeout sessionTimeout,

        @JsonPropertyDescription("when snapshots are taken and how many are kept") @Nullable
        SnapshotSettings snapshot,

        @JsonPropertyDescription("how often old snapshots and logs are purged, in whole hours; default 1h")
        @Pattern("^[0-9]+h$")
        @Size(max = 8)
        @Nullable
        String purgeInterval,

        @JsonPropertyDescription("the Java virtual machine of the server") @Nullable
        JvmSettings jvm,

        @JsonPropertyDescription("further keys of zoo.cfg") @Size(max = 64) @Nullable
        Map<String, String> properties) {

    public static final ConfigSpec DEFAULT = new ConfigSpec(null, null, null, null, null, null, null, null);

    public Map<String, String> propertiesOrEmpty() {
        return properties == null ? Map.of() : properties;
    }

    /// Shortest and longest session timeout.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SessionTimeout(
            @Pattern("^([0-9]+(ms|s|m|h))+$") @Size(max = 32) @Nullable
            String min,

            @Pattern("^([0-9]+(ms|s|m|h))+$") @Size(max = 32) @Nullable
            String max) {}

    /// Snapshots: after how many transactions, and how many are kept.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SnapshotSettings(
            @Min(2) @Max(1000000000) @Nullable Integer everyTransactions,
            @Min(3) @Max(1000) @Nullable Integer retain) {}

    /// Heap as a share of the container's memory, and further arguments.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record JvmSettings(
            @Min(10) @Max(90) @Nullable Integer heapPercent,
            @Size(max = 32) @Nullable List<String> extraArgs) {}
}
