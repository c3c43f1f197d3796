"""Made-up secrets in the providers' formats, each in a line as people write them. None was ever issued.

Standard library only: it runs in both environments.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UUID = "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"


@dataclass(frozen=True)
class Line:
    """A secret and the text it stands in."""

    kind: str
    text: str
    secret: str


MARKED = {
    "adobe": "p8e-[a-z0-9]{32}",
    "age": "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    "alibaba": "LTAI[A-Za-z0-9]{20}",
    "anthropic": "sk-ant-api03-[A-Za-z0-9_-]{93}AA",
    "aws": "AKIA[A-Z2-7]{16}",
    "azure storage": "AccountKey=[A-Za-z0-9+/]{86}==",
    "basic auth": "https://deploy:[A-Za-z0-9]{14}@example.org",
    "clojars": "CLOJARS_[a-z0-9]{60}",
    "contentful": "CFPAT-[A-Za-z0-9_-]{43}",
    "databricks": "dapi[a-f0-9]{32}",
    "defined networking": "dnkey-[a-z0-9_-]{26}-[a-z0-9_-]{52}",
    "digitalocean": "dop_v1_[a-f0-9]{64}",
    "discord bot": "MT[A-Za-z0-9]{22}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{38}",
    "doppler": "dp\\.pt\\.[A-Za-z0-9]{43}",
    "dropbox": "sl\\.[A-Za-z0-9_-]{136}",
    "duffel": "duffel_live_[A-Za-z0-9_-]{43}",
    "dynatrace": "dt0c01\\.[A-Z2-7]{24}\\.[A-Z2-7]{64}",
    "easypost": "EZAK[A-Za-z0-9]{54}",
    "facebook": "EAA[A-Za-z0-9]{100}",
    "flutterwave": "FLWSECK_TEST-[a-h0-9]{32}-X",
    "frame.io": "fio-u-[A-Za-z0-9_-]{64}",
    "github": "ghp_[A-Za-z0-9]{36}",
    "github app": "ghs_[A-Za-z0-9]{36}",
    "github fine-grained": "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "gitlab": "glpat-[A-Za-z0-9_-]{20}",
    "gocardless": "live_[A-Za-z0-9_-]{40}",
    "google": "AIza[A-Za-z0-9_-]{35}",
    "grafana": "glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}",
    "hubspot": "pat-na1-" + _UUID,
    "hugging face": "hf_[A-Za-z]{34}",
    "linear": "lin_api_[A-Za-z0-9]{40}",
    "mailchimp": "[a-f0-9]{32}-us1",
    "mailgun": "key-[a-f0-9]{32}",
    "new relic": "NRAK-[A-Z0-9]{27}",
    "npm": "npm_[A-Za-z0-9]{36}",
    "openai": "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    "planetscale": "pscale_tkn_[A-Za-z0-9_-]{43}",
    "postman": "PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
    "prefect": "pnu_[a-z0-9]{36}",
    "pulumi": "pul-[a-f0-9]{40}",
    "pypi": "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{80}",
    "readme": "rdme_[a-z0-9]{70}",
    "rubygems": "rubygems_[a-f0-9]{48}",
    "scalingo": "tk-us-[A-Za-z0-9_-]{48}",
    "sendgrid": "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
    "sendinblue": "xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}",
    "shippo": "shippo_live_[a-f0-9]{40}",
    "shopify": "shpat_[a-f0-9]{32}",
    "slack bot": "xoxb-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}",
    "slack webhook": "https://hooks\\.slack\\.com/services/T[A-Z0-9]{8}/B[A-Z0-9]{8}/[A-Za-z0-9]{24}",
    "square": "sq0csp-[A-Za-z0-9_-]{43}",
    "stripe": "sk_live_[A-Za-z0-9]{24}",
    "telegram": "[1-9][0-9]{8}:AA[A-Za-z0-9_-]{33}",
    "terraform": "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{67}",
    "twilio": "SK[a-f0-9]{32}",
    "vault": "hvs\\.[A-Za-z0-9_-]{95}",
    "yandex": "AQVN[A-Za-z0-9_-]{35}",
}
"""Formats that can be told anywhere."""

NAMED = {
    "adafruit": "[a-z0-9_-]{32}",
    "airtable": "[a-z0-9]{17}",
    "algolia": "[a-z0-9]{32}",
    "alibaba": "[a-z0-9]{30}",
    "asana": "[a-z0-9]{32}",
    "atlassian": "[a-z0-9]{24}",
    "aws_secret": "[A-Za-z0-9/+]{40}",
    "bitbucket": "[a-z0-9]{32}",
    "bittrex": "[a-z0-9]{32}",
    "codecov": "[a-z0-9]{32}",
    "coinbase": "[a-z0-9_-]{64}",
    "confluent": "[a-z0-9]{64}",
    "datadog": "[a-z0-9]{40}",
    "discord": "[a-f0-9]{64}",
    "droneci": "[a-z0-9]{32}",
    "dropbox": "[a-z0-9]{15}",
    "etsy": "[a-z0-9]{24}",
    "facebook": "[a-f0-9]{32}",
    "fastly": "[a-z0-9_-]{32}",
    "finicity": "[a-f0-9]{32}",
    "finnhub": "[a-z0-9]{20}",
    "flickr": "[a-z0-9]{32}",
    "freshbooks": "[a-z0-9]{64}",
    "gitter": "[a-z0-9_-]{40}",
    "heroku": _UUID,
    "hubspot": _UUID,
    "ibm": "[A-Za-z0-9_-]{44}",
    "intercom": "[a-z0-9_-]{60}",
    "jfrog": "[a-z0-9]{64}",
    "kraken": "[A-Za-z0-9/_+-]{80}",
    "kucoin": "[a-f0-9]{24}",
    "launchdarkly": "[a-z0-9_-]{40}",
    "linkedin": "[a-z0-9]{16}",
    "mattermost": "[a-z0-9]{26}",
    "messagebird": "[a-z0-9]{25}",
    "netlify": "[a-z0-9_-]{43}",
    "nytimes": "[a-z0-9_-]{32}",
    "okta": "[a-z0-9_-]{42}",
    "rapidapi": "[a-z0-9_-]{50}",
    "sendbird": "[a-f0-9]{40}",
    "sentry": "[a-f0-9]{64}",
    "snyk": _UUID,
    "squarespace": _UUID,
    "sumologic": "[a-z0-9]{64}",
    "travis": "[a-z0-9]{22}",
    "twitch": "[a-z0-9]{30}",
    "twitter": "[a-z0-9]{25}",
    "zendesk": "[a-z0-9]{40}",
}
"""Formats that only a name tells."""

UNNAMED = {
    "base64": "[A-Za-z0-9+/]{40}",
    "base64, url": "[A-Za-z0-9_-]{43}",
    "base64, long": "[A-Za-z0-9+/]{64}",
    "hexadecimal, 32": "[a-f0-9]{32}",
    "hexadecimal, 64": "[a-f0-9]{64}",
}
"""What is only known to be drawn at random."""

_PLACES = [
    'key = "{}"',
    "export KEY='{}'",
    '  "value": "{}",',
    "My key is {} and it does not work, why?",
    "x: {}",
    "curl -H 'X-Key: {}' https://example.org/v1",
]
_UNNAMED_PLACES = [
    "value = {}",
    "export KEY={}",
    "here: {}",
]
_NAMED_PLACES = [
    '{name}_key = "{}"',
    '{upper}_TOKEN = "{}"',
    '  "{name}_secret": "{}",',
    "const {name}ApiKey = '{}';",
    '{name}.token: "{}"',
    "export {upper}_API_KEY='{}'",
]
_QUOTED_PLACES = [
    'secret_key = "{}"',
    "AUTH_TOKEN='{}'",
    '  "apiKey": "{}",',
    'client = connect("{}")',
    "password: '{}'",
    'K = "{}"',
]

_PART = re.compile(r"\[((?:\\.|[^\]])+)\](?:\{(\d+)\})?|\\(.)|(.)")


def drawn(rng: random.Random, form: str) -> str:
    """A random string of a form: characters, classes and counts of a regular expression."""
    made = []
    for one_of, count, escaped, plain in _PART.findall(form):
        if not one_of:
            made.append(escaped or plain)
            continue
        spelt = re.sub(r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), one_of)
        made.extend(rng.choices(spelt, k=int(count or 1)))
    return "".join(made)


def _jwt(rng: random.Random) -> str:
    claims = drawn(rng, "eyJzdWIiOi[A-Za-z0-9]{60}")
    return f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{claims}.{drawn(rng, '[A-Za-z0-9_-]{43}')}"


def _key(rng: random.Random) -> str:
    kind = rng.choice(["RSA ", "EC ", "OPENSSH ", ""])
    body = "\n".join(drawn(rng, "[A-Za-z0-9+/]{64}") for _ in range(6))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def lines(count: int, seed: int) -> Iterator[Line]:
    """`count` of each kind."""
    rng = random.Random(seed)
    for _ in range(count):
        for kind, form in MARKED.items():
            secret = drawn(rng, form)
            yield Line(kind, rng.choice(_PLACES).replace("{}", secret), secret)
        for kind, form in NAMED.items():
            secret, place = drawn(rng, form), rng.choice(_NAMED_PLACES)
            place = place.replace("{name}", kind).replace("{upper}", kind.upper())
            yield Line(f"{kind}, named", place.replace("{}", secret), secret)
        for kind, form in UNNAMED.items():
            secret = drawn(rng, form)
            yield Line(kind, rng.choice(_QUOTED_PLACES).replace("{}", secret), secret)
        for kind, form in UNNAMED.items():
            secret = drawn(rng, form)
            place = rng.choice([*_PLACES, *_UNNAMED_PLACES])
            yield Line(f"{kind}, anywhere", place.replace("{}", secret), secret)
        for kind, secret in (("jwt", _jwt(rng)), ("private key", _key(rng))):
            yield Line(kind, rng.choice(_PLACES).replace("{}", secret), secret)
