/// What the simulated histories are held against: ZAB and the tree once more, slow and obvious, written from the paper
/// (Junqueira, Reed, Serafini 2011) and from what clients are promised. Nothing here knows the server: zxids, server
/// numbers, requests and stats are all that it is told (`OracleTest` keeps it so).
@NullMarked
package dev.quorate.ensemble.simulation.oracle;

import org.jspecify.annotations.NullMarked;
