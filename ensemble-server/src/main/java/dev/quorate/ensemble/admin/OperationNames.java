package dev.quorate.ensemble.admin;

import dev.quorate.ensemble.message.OpCode;

/// Short names of operations, as `cons` shows them.
final class OperationNames {
    private OperationNames() {}

    static String of(int opCode) {
        return switch (opCode) {
            case OpCode.NOTIFICATION -> "NOTI";
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL -> "CREA";
            case OpCode.DELETE, OpCode.DELETE_CONTAINER -> "DELE";
            case OpCode.EXISTS -> "EXIS";
            case OpCode.GET_DATA -> "GETD";
            case OpCode.SET_DATA -> "SETD";
            case OpCode.GET_ACL -> "GETA";
            case OpCode.SET_ACL -> "SETA";
            case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 -> "GETC";
            case OpCode.SYNC -> "SYNC";
            case OpCode.PING -> "PING";
            case OpCode.CHECK -> "CHEC";
            case OpCode.MULTI, OpCode.MULTI_READ -> "MULT";
            case OpCode.RECONFIG -> "RECO";
            case OpCode.CREATE_SESSION -> "SESS";
            case OpCode.CLOSE_SESSION -> "CLOS";
            case OpCode.AUTH -> "AUTH";
            case OpCode.SET_WATCHES, OpCode.SET_WATCHES2 -> "SETW";
            default -> "UNKN";
        };
    }
}
