/// The two ports between servers. [ElectionTransport] carries votes: few, small, over sockets that come and go, so
/// each has virtual threads of its own. [QuorumTransport] carries everything else on the loop's thread, a turn's
/// packets to one link in one write. Neither knows what the packets mean, but for the acks that end a learner's
/// synchronisation.
@NullMarked
package dev.quorate.ensemble.transport.peer;

import org.jspecify.annotations.NullMarked;
