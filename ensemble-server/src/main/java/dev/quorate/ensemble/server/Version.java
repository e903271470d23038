package dev.quorate.ensemble.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version this was built as. Tools cut a ZooKeeper version out of the first words of `srvr`, so one stands there.
final class Version implements IVersionProvider {
    private static final String COMPATIBLE_WITH = "3.9.5";

    @Override
    public String[] getVersion() {
        return new String[] {"quorate-server " + text()};
    }

    static String text() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e); // our own jar is broken
        }
        return COMPATIBLE_WITH + "-quorate-" + build.getProperty("version", "unknown") + ", built on "
                + build.getProperty("date", "unknown");
    }
}
