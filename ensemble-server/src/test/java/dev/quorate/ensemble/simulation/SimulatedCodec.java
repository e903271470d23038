package dev.quorate.ensemble.simulation;

import dev.quorate.ensemble.message.ClientRequest;
import dev.quorate.ensemble.message.OpCode;
import dev.quorate.ensemble.port.TxnCodec;
import dev.quorate.ensemble.txn.Txn;
import dev.quorate.ensemble.txn.TxnDigest;
import dev.quorate.ensemble.txn.TxnEntry;
import dev.quorate.ensemble.txn.TxnHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes play no part here: the body of a request is its place in a list, a transaction has none.
final class SimulatedCodec implements TxnCodec {
    private static final byte[] NOTHING = {};

    private final List<ClientRequest> requests = new ArrayList<>();

    byte[] body(ClientRequest request) {
        requests.add(request);
        return ByteBuffer.allocate(4).putInt(requests.size() - 1).array();
    }

    @Override
    public TxnEntry encode(TxnHeader header, Txn txn, @Nullable TxnDigest digest) {
        return new TxnEntry(header, txn, digest, NOTHING);
    }

    @Override
    public ClientRequest decodeRequest(int opCode, byte[] body) {
        int number = ByteBuffer.wrap(body).getInt();
        return opCode == OpCode.CREATE_SESSION ? new ClientRequest.CreateSession(number) : requests.get(number);
    }
}
