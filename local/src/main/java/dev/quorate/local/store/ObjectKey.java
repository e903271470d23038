package dev.quorate.local.store;

/// What identifies an object.
///
/// @param resource `plural.group`, or `plural` in the core group
/// @param namespace empty for cluster-scoped kinds
public record ObjectKey(String resource, String namespace, String name) implements Comparable<ObjectKey> {
    @Override
    public int compareTo(ObjectKey other) {
        int order = resource.compareTo(other.resource);
        order = order != 0 ? order : namespace.compareTo(other.namespace);
        return order != 0 ? order : name.compareTo(other.name);
    }
}
