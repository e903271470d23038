package dev.quorate.ensemble.tree;

import dev.quorate.ensemble.model.ErrorCode;
import dev.quorate.ensemble.model.Stat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a transaction did: `error` as code (0: it took effect), path and stat for the reply, members of a multi, and
/// the changes in the order in which watches fire.
public record ApplyResult(
        int error, @Nullable String path, @Nullable Stat stat, List<ApplyResult> multi, List<TreeChange> changes) {
    static final ApplyResult DONE = new ApplyResult(0, null, null, List.of(), List.of());

    static ApplyResult failed(ErrorCode error) {
        return new ApplyResult(error.code(), null, null, List.of(), List.of());
    }

    static ApplyResult failed(int code) {
        return new ApplyResult(code, null, null, List.of(), List.of());
    }
}
