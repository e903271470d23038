package dev.quorate.ensemble.core;

import java.lang.reflect.Proxy;

/// Stands where no step is under way: an effect out of turn is a mistake of ours and stops the process.
final class NoOutbox {
    static final Outbox INSTANCE = (Outbox) Proxy.newProxyInstance(
            Outbox.class.getClassLoader(), new Class<?>[] {Outbox.class}, (proxy, method, arguments) -> {
                throw new IllegalStateException(method.getName() + " outside of a step");
            });

    private NoOutbox() {}
}
