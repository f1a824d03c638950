"""Which addresses are reached: only the public internet, however an address is written or looked up."""

import ipaddress
import socket

import pytest

from core.data.sources.addresses import addresses_of, is_open, parse
from core.errors import DataError, InputError

CLOSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
    "2606:4700::5efe:7f00:1",
]
OPEN = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
ODD = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1", "0x7f.1", "017700000001", "1.2.3.4.5", "256.1.1.1"]


def answering(*addresses: str):
    calls = []

    def lookup(host, port, **_):
        calls.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    lookup.calls = calls
    return lookup


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses_are_refused(address):
    assert not is_open(ipaddress.ip_address(address))
    host = parse(f"http://[{address}]/" if ":" in address else f"http://{address}/").host
    with pytest.raises(InputError, match="not on the public internet"):
        addresses_of(host, 80, private=False)
    assert [str(found) for found in addresses_of(host, 80, private=True)] == [str(ipaddress.ip_address(address))]


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_open(address):
    assert is_open(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ODD)
def test_odd_notations_are_refused_even_where_private_networks_are_allowed(host):
    with pytest.raises(InputError, match="unusual way"):
        parse(f"http://{host}/table.csv")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/a.csv", "begin with http"),
        ("file:///etc/passwd", "begin with http"),
        ("gopher://example.org/", "begin with http"),
        ("javascript:alert(1)", "begin with http"),
        ("example.org/a.csv", "begin with http"),
        ("", "begin with http"),
        ("http://", "not a web address"),
        ("http:///a.csv", "not a web address"),
        ("http://ex ample.org/", "without spaces"),
        ("http://example.org/a\r\nHost: x", "without spaces"),
        ("http://example.org\\@127.0.0.1/", "without spaces"),
        ("http://example.org:99999/", "not a web address"),
        ("http://example.org:0/", "not a web address"),
        ("http://example.org:x/", "not a web address"),
        ("http://user:word@example.org/", "user name or a password"),
        ("http://127.0.0.1@example.org/", "user name or a password"),
        ("http://[::1/", "not a web address"),
        ("http://[fe80::1%25eth0]/", "not a web address"),
        ("http://exam%70le.org/", "not a web address"),
        ("http://-x.org/", "not a web address"),
        ("http://a..b/", "not a web address"),
        ("http://" + "a" * 64 + ".org/", "not a web address"),
        ("http://" + "a." * 130 + "org/", "not a web address"),
        ("http://example.org/" + "a" * 5_000, "not a web address"),
    ],
)
def test_what_is_no_web_address_is_refused_in_words(url, said):
    with pytest.raises(InputError, match=said) as caught:
        parse(url)
    assert "word" not in caught.value.message.replace("password", "")


def test_an_address_is_taken_apart_and_written_again():
    place = parse("HTTPS://Example.ORG.:8443/ä b?q=ü#part".replace(" ", "%20"))
    assert (place.scheme, place.host, place.port) == ("https", "example.org", 8443)
    assert place.target == "/%C3%A4%20b?q=%C3%BC"
    assert place.url == "https://example.org:8443/%C3%A4%20b?q=%C3%BC"
    assert parse("http://[2606:4700::1]/x").url == "http://[2606:4700::1]/x"
    assert parse("http://bücher.example").host == "xn--bcher-kva.example"
    assert parse("http://１２７.０.０.１/").host == "127.0.0.1"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00:ec2::254", "fe80::1%eth0"]
)
def test_a_name_that_leads_to_a_private_address_is_refused_without_saying_which(address):
    with pytest.raises(InputError) as caught:
        addresses_of("innocent.example", 443, private=False, lookup=answering("8.8.8.8", address))
    assert "innocent.example" in caught.value.message
    assert address.partition("%")[0] not in caught.value.message


def test_a_name_is_looked_up_once_and_its_addresses_kept():
    lookup = answering("8.8.8.8", "1.1.1.1", "8.8.8.8")
    found = addresses_of("two.example", 443, private=False, lookup=lookup)
    assert [str(address) for address in found] == ["8.8.8.8", "1.1.1.1"]
    assert lookup.calls == ["two.example"]


def test_a_name_that_is_not_there_and_one_that_is_not_answered():
    def fails(*_, **__):
        raise socket.gaierror("no")

    def hangs(*_, **__):
        import time

        time.sleep(0.3)
        return answering("8.8.8.8")("late.example", 80)

    with pytest.raises(DataError, match="There is no host named gone"):
        addresses_of("gone.example", 80, private=False, lookup=fails)
    with pytest.raises(DataError, match="There is no host named late"):
        addresses_of("late.example", 80, private=False, lookup=hangs, seconds=0.05)


@pytest.mark.parametrize("port", [21, 22, 25, 53, 110, 445])
def test_ports_of_other_services_are_not_called(port):
    with pytest.raises(InputError, match=f"Port {port} "):
        addresses_of("mail.example", port, private=False, lookup=answering("8.8.8.8"))
    assert len(addresses_of("mail.example", port, private=True, lookup=answering("8.8.8.8"))) == 1
    assert len(addresses_of("mail.example", 8443, private=False, lookup=answering("8.8.8.8"))) == 1
