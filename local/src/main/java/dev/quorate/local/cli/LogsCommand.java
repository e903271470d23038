package dev.quorate.local.cli;

import java.io.InputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `./quorate logs POD`.
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Prints what a pod wrote.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "1:no such pod", "2:wrong usage", "3:the embedded mode is not running"})
final class LogsCommand implements Callable<Integer> {
    @Mixin
    private final StateFolder state = new StateFolder();

    @Parameters(paramLabel = "POD", description = "The pod's name.")
    private String pod = "";

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            defaultValue = "default",
            description = "Default: default.")
    private String namespace = "default";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as the pod writes, until it ends.")
    private boolean follow;

    @Override
    public Integer call() throws Exception {
        String path = "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log" + (follow ? "?follow=true" : "");
        try (InputStream log = state.client().stream(path)) {
            byte[] buffer = new byte[8192];
            for (int n = log.read(buffer); n >= 0; n = log.read(buffer)) {
                System.out.write(buffer, 0, n);
                System.out.flush();
            }
        }
        return 0;
    }
}
