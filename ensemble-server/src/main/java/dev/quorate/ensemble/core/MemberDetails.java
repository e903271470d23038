package dev.quorate.ensemble.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who is connected to what, for administrators who ask: sessions of the ensemble with their timeouts in
/// milliseconds, their ephemerals, and the watches on data that this server keeps, by the session that set them.
/// Costs as much as there is, so it is made when asked for only.
public record MemberDetails(
        SortedMap<Long, Integer> sessions,
        SortedMap<Long, List<String>> ephemerals,
        SortedMap<Long, List<String>> dataWatches) {

    /// The other way round: who watches each path.
    public SortedMap<String, List<Long>> watchersByPath() {
        SortedMap<String, List<Long>> byPath = new TreeMap<>();
        dataWatches.forEach((session, paths) -> paths.forEach(
                path -> byPath.computeIfAbsent(path, key -> new ArrayList<>()).add(session)));
        return byPath;
    }

    /// Watches on data, each path as often as it is watched.
    public int watches() {
        return dataWatches.values().stream().mapToInt(List::size).sum();
    }

    /// Paths with a watch on data.
    public int watchedPaths() {
        return (int)
                dataWatches.values().stream().flatMap(List::stream).distinct().count();
    }
}
