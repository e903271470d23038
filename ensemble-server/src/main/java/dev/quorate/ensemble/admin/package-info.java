/// Four-letter words and the HTTP admin in the shapes of server-operations.md (b) and (c). Everything shown comes
/// from one immutable [ServerFacts]; nothing here touches live state. Words are answered on the loop's thread, HTTP
/// on virtual threads.
@NullMarked
package dev.quorate.ensemble.admin;

import org.jspecify.annotations.NullMarked;
