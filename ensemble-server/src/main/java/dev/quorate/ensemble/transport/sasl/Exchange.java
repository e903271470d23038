package dev.quorate.ensemble.transport.sasl;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// One side of one authentication, packet by packet. Owned by one thread; it keeps no time.
public sealed interface Exchange permits DiallersExchange, AcceptorsExchange {
    /// What follows from a packet.
    sealed interface Step {
        /// `answer` is to be sent, and the next packet awaited.
        record Going(byte[] answer) implements Step {}

        /// `answer`, maybe empty, is to be sent, and the peer is who it says.
        record Done(byte[] answer) implements Step {}

        /// It was no packet of this kind, and need not be one. What was read belongs to whoever reads on.
        record Skipped() implements Step {}

        /// `answer`, maybe empty, is to be sent, and the connection closed.
        record Failed(byte[] answer, String reason) implements Step {}
    }

    /// To be sent before anything is read; empty where the peer begins.
    byte[] begin();

    /// Reads one packet. An [EOFException] of `in` changes nothing: the same packet may be read again from its start.
    Step take(DataInput in) throws IOException;

    /// Whether a peer that says nothing of the kind is welcome.
    boolean maySkip();

    /// The whole of `exchange` on streams that block; null: there is none. `in` has a read timeout, and supports marks.
    static void run(@Nullable Exchange exchange, DataInputStream in, OutputStream out) throws IOException {
        if (exchange == null) {
            return;
        }
        out.write(exchange.begin());
        while (true) {
            in.mark(Long.BYTES);
            switch (next(exchange, in)) {
                case Step.Going(byte[] answer) -> out.write(answer);
                case Step.Done(byte[] answer) -> {
                    out.write(answer);
                    return;
                }
                case Step.Skipped() -> {
                    in.reset();
                    return;
                }
                case Step.Failed(byte[] answer, String reason) -> {
                    out.write(answer);
                    throw new SaslException(reason);
                }
            }
        }
    }

    private static Step next(Exchange exchange, DataInputStream in) throws IOException {
        try {
            return exchange.take(in);
        } catch (EOFException e) {
            if (exchange.maySkip()) {
                return new Step.Done(new byte[0]);
            }
            throw new SaslException("the peer closed the connection in the SASL exchange");
        } catch (SocketTimeoutException e) {
            throw new SaslException("the peer does not answer in the SASL exchange");
        }
    }
}
