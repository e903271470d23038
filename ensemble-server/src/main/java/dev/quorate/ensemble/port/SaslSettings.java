package dev.quorate.ensemble.port;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How servers authenticate themselves to each other. `learner` null: we dial without. `users` are the passwords of
/// those who may dial us; `required`: nobody else may.
public record SaslSettings(@Nullable Login learner, Map<String, String> users, boolean required) {
    public record Login(String user, String password) {
        /// Without the password.
        @Override
        public String toString() {
            return user;
        }
    }

    /// Without the passwords.
    @Override
    public String toString() {
        return "dials " + (learner == null ? "without a name" : "as " + learner) + "; accepts "
                + String.join(", ", users.keySet()) + (required ? "" : ", and whoever has no name");
    }
}
