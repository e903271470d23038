package dev.quorate.ensemble.port;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import org.jspecify.annotations.Nullable;

/// Bytes of transactions and of forwarded requests. Stateless; any thread.
public interface TxnCodec {
    /// Encodes a transaction that the leader has just made.
    TxnEntry encode(TxnHeader header, Txn txn, @Nullable TxnDigest digest);

    /// Decodes the body of a client request (the bytes after its header), also one forwarded by a learner; never
    /// throws: unreadable bytes give [ClientRequest.Undecodable], unknown opcodes [ClientRequest.Unknown].
    ClientRequest decodeRequest(int opCode, byte[] body);
}
