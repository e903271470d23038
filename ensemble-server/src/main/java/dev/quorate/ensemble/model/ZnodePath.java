package dev.quorate.ensemble.model;

/// Rules about paths (client-protocol.md §11). The root has two names: "/" on the wire, "" as key of trees and
/// snapshots.
public final class ZnodePath {
    public static final String ROOT = "";
    public static final String CONFIG = "/zookeeper/config";
    public static final String QUOTA = "/zookeeper/quota";

    private ZnodePath() {}

    /// The key under which trees keep a path: "" for both names of the root.
    public static String key(String path) {
        return path.length() == 1 && path.charAt(0) == '/' ? ROOT : path;
    }

    /// The path as clients see it.
    public static String shown(String key) {
        return key.isEmpty() ? "/" : key;
    }

    /// Key of the parent; the path must have a slash.
    public static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// What create and delete ask before they look for the parent.
    public static boolean hasParent(String path) {
        return path.indexOf('/') >= 0 && path.indexOf('\0') < 0;
    }

    /// The built-in znodes, which cannot be deleted.
    public static boolean isBuiltIn(String path) {
        return path.equals("/") || path.equals("/zookeeper") || path.equals(QUOTA) || path.equals(CONFIG);
    }

    /// Full validation, for names of new znodes and for setData, setACL and check.
    public static boolean isValid(String path) {
        int length = path.length();
        if (length == 0 || path.charAt(0) != '/') {
            return false;
        }
        if (length == 1) {
            return true;
        }
        if (path.charAt(length - 1) == '/') {
            return false;
        }
        int start = 1;
        for (int i = 1; i <= length; i++) {
            if (i == length || path.charAt(i) == '/') {
                if (i == start || isDots(path, start, i)) {
                    return false;
                }
                start = i + 1;
            } else if (isForbidden(path.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDots(String path, int from, int to) {
        return path.charAt(from) == '.' && (to - from == 1 || (to - from == 2 && path.charAt(from + 1) == '.'));
    }

    private static boolean isForbidden(char c) {
        return c <= 0x1f || (c >= 0x7f && c <= 0x9f) || (c >= 0xd800 && c <= 0xf8ff) || c >= 0xfff0;
    }
}
