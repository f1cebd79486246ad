"""Which requests take a proxy: those to the world outside, never those to this machine."""

from __future__ import annotations

import pytest

from connectors.http.proxies import proxy_for

PROXY = "http://proxy.example:3128"
BOTH = {"http": PROXY, "https": PROXY}


@pytest.mark.parametrize(
    ("url", "proxies", "expected"),
    [
        ("https://acme.example/", BOTH, PROXY),
        ("https://acme.example/", {"https": "proxy.example:3128"}, PROXY),
        ("https://acme.example/", {"http": PROXY}, None),
        ("https://acme.example/", {"all": PROXY}, PROXY),
        ("https://acme.example/", {}, None),
        ("http://localhost:8765/jira", BOTH, None),
        ("http://127.0.0.1:8765/jira", BOTH, None),
        ("http://127.9.9.9/", BOTH, None),
        ("http://[::1]:8765/", BOTH, None),
        ("http://localhost./", BOTH, None),
        ("http://2130706433/", BOTH, None),
        ("https://10.1.2.3/", BOTH, PROXY),
        ("https://10.1.2.3/", {**BOTH, "no": "10.0.0.0/8"}, None),
        ("https://10.1.2.3/", {**BOTH, "no": "192.168.0.0/16, 10.1.2.3"}, None),
        ("https://[fd00::1]/", {**BOTH, "no": "[fd00::1]"}, None),
        ("https://acme.example/", {**BOTH, "no": "*"}, None),
        ("https://acme.example/", {**BOTH, "no": "acme.example"}, None),
        ("https://jira.acme.example/", {**BOTH, "no": "acme.example"}, None),
        ("https://jira.acme.example/", {**BOTH, "no": ".ACME.example"}, None),
        ("https://notacme.example/", {**BOTH, "no": "acme.example"}, PROXY),
        ("https://acme.example:8443/", {**BOTH, "no": "acme.example:8443"}, None),
        ("https://acme.example/", {**BOTH, "no": "acme.example:8443"}, PROXY),
        ("https://acme.example/", {**BOTH, "no": ", ,"}, PROXY),
    ],
)
def test_the_proxy_of_a_url(url: str, proxies: dict[str, str], expected: str | None) -> None:
    assert proxy_for(url, proxies) == expected
