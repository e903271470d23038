/// Reads the world into values: caches of the API, the members' admin endpoints, a write as commit proof. Never acts.
@NullMarked
package dev.quorate.operator.observe;

import org.jspecify.annotations.NullMarked;
