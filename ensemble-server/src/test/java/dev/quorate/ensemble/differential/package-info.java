/// One conversation with Apache ZooKeeper and with our server, frame by frame, and the comparison of what they said.
@NullMarked
package dev.quorate.ensemble.differential;

import org.jspecify.annotations.NullMarked;
