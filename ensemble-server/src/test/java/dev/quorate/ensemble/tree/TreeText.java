package dev.quorate.ensemble.tree;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything a tree holds, as text that shows where two trees differ.
public final class TreeText {
    private TreeText() {}

    public static String of(DataTree tree) {
        StringBuilder text = new StringBuilder();
        text.append("zxid ").append(tree.lastZxid()).append(" digest ").append(tree.digest());
        text.append(" bytes ").append(tree.approximateDataSize()).append('\n');
        text.append("sessions ").append(tree.sessions()).append('\n');
        text.append("reapable ").append(new TreeSet<>(tree.reapable())).append('\n');
        int ephemerals = 0;
        for (long session : tree.sessions().keySet()) {
            ephemerals += tree.ephemeralsOf(session).size();
            text.append(session)
                    .append(" owns ")
                    .append(tree.ephemeralsOf(session))
                    .append('\n');
        }
        text.append("ephemerals ")
                .append(tree.ephemeralCount())
                .append('/')
                .append(ephemerals)
                .append('\n');
        new TreeMap<>(tree.nodes).forEach((key, node) -> {
            List<String> children = node.childNames();
            Collections.sort(children);
            text.append(key).append(' ').append(node.persisted()).append(' ').append(tree.acl(node));
            text.append(' ')
                    .append(Arrays.toString(node.data))
                    .append(' ')
                    .append(children)
                    .append('\n');
        });
        return text.toString();
    }
}
