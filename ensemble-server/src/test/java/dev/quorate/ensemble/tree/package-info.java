/// Tests of the tree: golden figures, and laws over random histories, with Apache ZooKeeper's tree as the oracle.
@NullMarked
package dev.quorate.ensemble.tree;

import org.jspecify.annotations.NullMarked;
