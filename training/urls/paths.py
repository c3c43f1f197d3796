# ruff: noqa: E501  # templates, one a line
"""Paths and queries behind hosts: ordinary ones for both classes, those of phishing kits and of malware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.urls import words as lists

if TYPE_CHECKING:
    from training.urls.names import Namer


def ordinary(namer: Namer) -> str:
    """What follows the host in an ordinary link; nothing, most often a page, sometimes very long."""
    rng, pick = namer.rng, namer.pick
    kind = rng.random()
    if kind < 0.25:
        return pick(("", "/"))
    if kind < 0.35:
        return f"/{pick(lists.SECTIONS)}"
    if kind < 0.55:
        title = "-".join(namer.word("en") for _ in range(rng.randint(2, 9)))
        when = pick(("", f"{rng.randint(2005, 2026)}/{rng.randint(1, 12):02d}/"))
        return f"/{pick(lists.SECTIONS)}/{when}{title}{pick(('', '/', '.html', '.php', f'-{rng.randrange(10**7)}'))}"
    if kind < 0.65:
        return f"/{namer.word('en')}/{namer.word('en')}.{pick(('html', 'pdf', 'png', 'jpg', 'css', 'js', 'zip', 'tar.gz', 'md'))}"
    if kind < 0.75:
        return f"/{pick(('login', 'signin', 'account', 'account/settings', 'checkout', 'reset-password', 'users/sign_in', 'auth/callback', 'wp-login.php', 'verify-email', 'my-account/orders'))}"
    if kind < 0.85:
        query = "&".join(f"{pick(lists.KEYS)}={value(namer)}" for _ in range(rng.randint(1, 8)))
        return f"/{pick(lists.SECTIONS)}{pick(('', '/' + namer.word('en')))}?{query}"
    if kind < 0.92:
        return f"/{namer.letters(2)}{rng.randrange(16 ** rng.randint(5, 10)):x}"
    return f"/{namer.word('en')}/{'/'.join(namer.word('en') for _ in range(rng.randint(1, 5)))}#{namer.word('en')}"


def value(namer: Namer) -> str:
    """The value of a parameter."""
    rng = namer.rng
    kind = rng.random()
    if kind < 0.3:
        return namer.word("en")
    if kind < 0.5:
        return str(rng.randrange(10 ** rng.randint(1, 9)))
    if kind < 0.7:
        return f"{rng.randrange(16 ** rng.randint(8, 32)):x}"
    if kind < 0.8:
        return f"https%3A%2F%2F{namer.word('en')}.com%2F{namer.word('en')}"
    return "+".join(namer.word("en") for _ in range(rng.randint(1, 5)))


def malicious(namer: Namer) -> str:
    """What follows the host in a link of a phishing kit or of malware."""
    rng, pick = namer.rng, namer.pick
    kind = rng.random()
    if kind < 0.35:
        words = [pick(lists.BAIT) for _ in range(rng.randint(2, 4))]
        tail = pick(
            (
                "",
                "/",
                ".php",
                "/index.php",
                "/index.html",
                f".php?id={namer.letters(6)}",
                f"?cmd=login_submit&session={rng.randrange(16**32):x}",
            )
        )
        return f"/{pick(('/', '-', '_')).join(words)}{tail}"
    if kind < 0.5:
        brand = pick(lists.IMITATED)
        return f"/{pick(('', 'wp-content/', 'wp-includes/', 'images/', '.well-known/', f'{namer.letters(5)}/'))}{brand}{pick(('', '.com', '-login', '/signin', '/verify', '/update'))}/{pick(('', 'index.php', 'login.php', 'login.html'))}"
    if kind < 0.6:
        return f"/{pick(('', f'{namer.letters(4)}/', 'files/', 'download/'))}{pick(lists.LURES)}.{pick(('exe', 'apk', 'scr', 'msi', 'vbs', 'ps1', 'pdf.exe', 'jar', 'hta'))}"
    if kind < 0.65:
        return f"/{namer.letters(8)}/{rng.randrange(16**32):x}/?email={namer.pick(lists.GIVEN)}@{namer.word('en')}.com"
    return ordinary(namer)


def disguised(namer: Namer, host: str) -> str:
    """An address whose beginning is that of somebody else, before an `@`; or one of a bare number."""
    rng = namer.rng
    if rng.random() < 0.5:
        return f"{namer.pick(lists.IMITATED)}.com@{host}{malicious(namer)}"
    number = ".".join(str(rng.randint(11, 223)) for _ in range(4))
    port = namer.pick(("", "", f":{rng.randint(1024, 65535)}"))
    return f"{number}{port}{namer.pick((malicious(namer), '/bins/mips', '/i', '/Mozi.m', '/sh'))}"
