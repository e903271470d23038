package dev.quorate.operator.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The operator's own settings, under `quorate.` (environment: `QUORATE_SERVER_IMAGE` and so on).
@ConfigMapping(prefix = "quorate")
public interface OperatorSettings {
    /// Image of the server where the spec names none, with tag.
    @WithDefault("quorate/ensemble-server:latest")
    String serverImage();

    /// For one call of a member's admin endpoint.
    @WithDefault("3s")
    Duration adminTimeout();

    /// For the write that proves a quorum.
    @WithDefault("5s")
    Duration commitTimeout();
}
