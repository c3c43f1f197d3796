"""Addresses with the features that training sees in them, which the runtime's tests compare with theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.urls import features

if TYPE_CHECKING:
    from pathlib import Path

URLS = (
    "https://www.example.com/",
    "HTTP://WWW.Example.COM:8080/Path/To/File.HTML?A=b&c=d#e",
    "https://paypal.com/signin",
    "https://paypal-secure-login.verify-account.xyz/signin.php?cmd=login&session=0a1b2c",
    "https://www.paypal.com.account-verify.top/webscr",
    "https://paypa1-support.com",
    "https://netfllx.de/login",
    "https://amaz0n.co.uk/gp/cart",
    "https://pages.amazon.co.uk/x",
    "https://sub.domain.example.github.io/project/",
    "https://github.io",
    "https://s.blogspot.com.br/2020/01/a-b-c.html",
    "http://10.20.30.40:81/bins/setup.exe",
    "http://[2001:db8::1]:80/x",
    "https://google.com@evil.top/a.b/c.scr?u=https://google.com/",
    "https://xn--mnchen-3ya.de/stra%C3%9Fe",
    "https://münchen.de/straße?q=größe",
    "https://xkcdqrtzvbn-99-a1b2c3.cfd",
    "https://a.b.c.d.e.f/?=&==",
    "https://aeiouyaeiouy.info",
    "http://",
    "http://.com..",
    "localhost/x.y.z.apk",
    "https://t.co/AbC123",
    "https://x.org/?next=https%3A%2F%2Fy.org%2Fz",
    "https://long.example.org/" + "word1/word-two_three/" * 20,
    "https://" + "l" * 300 + ".com/" + "p" * 1200,
    "https://user:pass@host.example.com:443\\path",
    "https://whatsapp-whatsapp.whatsapp.weebly.com",
    "https://payapl.shop/4444",
)


def line(url: str) -> str:
    """The address, and the number and the sum of its buckets: of n-grams, of everything else."""
    address = features.parse(url)
    sets = (features.buckets(features.grams(address)), features.buckets(features.flags(address)))
    return "\t".join([url, *(f"{len(found)} {sum(found)}" for found in sets)]) + "\n"


def run(out: Path) -> None:
    """Writes a line for each address."""
    out.write_text("".join(map(line, URLS)), encoding="utf-8")
