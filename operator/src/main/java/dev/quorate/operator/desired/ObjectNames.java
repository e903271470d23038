package dev.quorate.operator.desired;

import dev.quorate.crds.Names;
import java.util.LinkedHashMap;
import java.util.Map;

/// Names, labels and ports of what belongs to an ensemble. Selector labels are few and never change.
public final class ObjectNames {
    public static final int CLIENT_PORT = 2181;
    public static final int QUORUM_PORT = 2888;
    public static final int ELECTION_PORT = 3888;
    public static final int ADMIN_PORT = 8080;

    /// Annotation of a pod: the revision that it was made from. A pod with another one than the desired is outdated.
    public static final String REVISION = "quorate.dev/revision";

    /// Annotation of a pod: digest of the configuration that it was started with.
    public static final String CONFIG = "quorate.dev/config";

    /// Annotation of an Ensemble, handed on to its pods: any new value is one safe roll.
    public static final String RESTART_AT = "quorate.dev/restart-at";

    /// Annotation of a StatefulSet: digest of all that was applied, so that what is taken out of it is seen too.
    static final String APPLIED = "quorate.dev/applied";

    static final String DATA_DIR = "/var/lib/quorate/data";
    static final String CONFIG_DIR = "/etc/quorate/config";
    static final String INITIALIZE_DIR = "/etc/quorate/initialize";
    static final String BACKUP_DIR = "/var/lib/quorate/backup";
    static final String TERMINATION_LOG = "/dev/termination-log";

    private ObjectNames() {}

    public static String membersService(String ensemble) {
        return ensemble + "-members";
    }

    public static String clientService(String ensemble) {
        return ensemble + "-client";
    }

    public static String configMap(String ensemble) {
        return ensemble + "-config";
    }

    public static String initializeSecret(String ensemble) {
        return ensemble + "-initialize";
    }

    public static String budget(String ensemble) {
        return ensemble + "-participants";
    }

    /// What selects the objects of one ensemble.
    public static Map<String, String> selector(String ensemble) {
        return Map.of(Names.ENSEMBLE_LABEL, ensemble);
    }

    static Map<String, String> labels(String ensemble) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("app.kubernetes.io/name", "quorate");
        labels.put("app.kubernetes.io/instance", ensemble);
        labels.put("app.kubernetes.io/managed-by", "quorate-operator");
        labels.put(Names.ENSEMBLE_LABEL, ensemble);
        return labels;
    }

    static Map<String, String> memberSelector(Member member) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(Names.ENSEMBLE_LABEL, member.ensemble());
        labels.put(Names.MEMBER_ID_LABEL, Long.toString(member.id()));
        return labels;
    }

    static Map<String, String> memberLabels(Member member) {
        Map<String, String> labels = labels(member.ensemble());
        labels.put("app.kubernetes.io/component", "server");
        labels.put(Names.ROLE_LABEL, member.role().label());
        labels.put(Names.MEMBER_ID_LABEL, Long.toString(member.id()));
        labels.put("quorate.dev/group", member.group());
        return labels;
    }
}
