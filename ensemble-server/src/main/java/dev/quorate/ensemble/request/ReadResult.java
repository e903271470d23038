package dev.quorate.ensemble.request;

import dev.quorate.ensemble.message.ReplyBody;
import dev.quorate.ensemble.model.ErrorCode;

/// Answer to a read.
public record ReadResult(ErrorCode error, ReplyBody body) {
    static ReadResult of(ReplyBody body) {
        return new ReadResult(ErrorCode.OK, body);
    }

    static ReadResult failed(ErrorCode error) {
        return new ReadResult(error, ReplyBody.EMPTY);
    }
}
