package dev.quorate.operator.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.regex.Pattern;

/// Whether an object is still what was applied: everything wanted is there, whatever else the API or others added. An
/// amount that the API writes another way is the same amount.
final class Drift {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern AMOUNT = Pattern.compile("[0-9]+([.][0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?");

    private Drift() {}

    static boolean differs(HasMetadata wanted, HasMetadata found) {
        return !covers(tree(found), tree(wanted));
    }

    private static JsonNode tree(HasMetadata object) {
        try {
            return JSON.readTree(Serialization.asJson(object));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean covers(JsonNode found, JsonNode wanted) {
        if (wanted.isObject()) {
            return wanted.properties().stream()
                    .allMatch(field -> empty(field.getValue())
                            ? empty(found.path(field.getKey()))
                            : covers(found.path(field.getKey()), field.getValue()));
        }
        if (wanted.isArray()) {
            if (found.size() != wanted.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!covers(found.get(i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return wanted.equals(found)
                || wanted.asText().equals(found.asText())
                || isSameAmount(wanted.asText(), found.asText());
    }

    private static boolean isSameAmount(String wanted, String found) {
        return AMOUNT.matcher(wanted).matches()
                && AMOUNT.matcher(found).matches()
                && Quantity.parse(wanted)
                                .getNumericalAmount()
                                .compareTo(Quantity.parse(found).getNumericalAmount())
                        == 0;
    }

    private static boolean empty(JsonNode node) {
        return node.isMissingNode() || node.isNull() || (node.isContainerNode() && node.isEmpty());
    }
}
