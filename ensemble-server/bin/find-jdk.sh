# Sourced by mvnw, quorate-server and the other scripts: find_jdk PROGRAM sets JAVA_HOME to a Java of at least
# release 25, or says in one line what to install and returns 1. PROGRAM is what has to be in its bin folder:
# `javac` for a build, `java` to run. POSIX sh; starts no JVM unless a candidate lacks the `release` file.

find_jdk_release() {
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'
    fi
}

find_jdk_try() {
    [ -n "$1" ] && [ -x "$1/bin/$2" ] || return 1
    find_jdk_found=$(find_jdk_release "$1")
    [ "${find_jdk_found:-0}" -ge 25 ] || return 1
    JAVA_HOME=$1
    export JAVA_HOME
}

find_jdk() {
    find_jdk_try "${JAVA_HOME:-}" "$1" && return
    find_jdk_path=$(command -v "$1" 2>/dev/null) || find_jdk_path=
    if [ -n "$find_jdk_path" ]; then
        find_jdk_path=$(readlink -f "$find_jdk_path" 2>/dev/null || echo "$find_jdk_path")
        find_jdk_try "$(dirname "$(dirname "$find_jdk_path")")" "$1" && return
    fi
    for find_jdk_home in /usr/lib/jvm/*25* /usr/lib/jvm/*/ /opt/*25* /opt/java /opt/java/* /opt/jdk* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        find_jdk_try "${find_jdk_home%/}" "$1" && return
    done
    if [ -x /usr/libexec/java_home ]; then
        find_jdk_try "$(/usr/libexec/java_home -v 25+ 2>/dev/null)" "$1" && return
    fi
    echo "${0##*/}: no Java 25 found: install a JDK of release 25 or later (e.g. Eclipse Temurin 25) or set JAVA_HOME to one" >&2
    return 1
}
