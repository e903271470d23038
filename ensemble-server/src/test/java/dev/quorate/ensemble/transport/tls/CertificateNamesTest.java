package dev.quorate.ensemble.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.ensemble.process.Authority;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateNamesTest {
    private final Authority authority = new Authority("authority");

    private CertificateNames names(String subject, String... hosts) {
        return CertificateNames.of(authority.issue(subject, hosts).certificate());
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, a.example, true",
        "a.example, A.Example., true",
        "a.example, b.a.example, false",
        "*.example.org, a.example.org, true",
        "*.example.org, example.org, false",
        "*.example.org, a.b.example.org, false",
        "*.org, example.org, false",
        "*, a, false"
    })
    void aNameIsForAHost(String pattern, String host, boolean included) {
        assertThat(names("CN=x", pattern).include(host)).isEqualTo(included);
    }

    @Test
    void anAddressIsComparedAsSuch() {
        CertificateNames names = names("CN=127.0.0.1", "0:0:0:0:0:0:0:1", "10.0.0.1");
        assertThat(names.include(InetAddress.ofLiteral("::1"))).isTrue();
        assertThat(names.include(InetAddress.ofLiteral("10.0.0.1"))).isTrue();
        assertThat(names.include(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
    }

    @Test
    void theCommonNameCountsOnlyWithoutAlternatives() {
        assertThat(names("CN=a.example, O=x").include("a.example")).isTrue();
        assertThat(names("CN=a.example", "b.example").include("a.example")).isFalse();
    }
}
