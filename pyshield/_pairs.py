"""What is put into a vault, what seals it and whose it is, checked: no error shows it."""

from __future__ import annotations

from pyshield._check import Check

KEY_BYTES = 32
MAX_KEYS = 8


def sealing_key(field: str, value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != KEY_BYTES:
        Check("Vault").fail(field, f"expected a key of {KEY_BYTES} bytes")
    return value


def session_name(owner: str, value: object) -> str:
    """The name of a session. All who have none must not come to share a vault by a blank one."""
    check = Check(owner)
    name = check.text("session", value)
    if not name.strip():
        check.fail("session", "is blank: all who have no name would have the same vault")
    return name


def pair(check: Check, field: str, value: object) -> tuple[str, str]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        check.fail(field, f"expected a (placeholder, value) pair, got a {type(value).__name__}")
    for index, item in enumerate(value):
        if not isinstance(item, str):  # what it is stays out of the message: it may be a private value
            check.fail(f"{field}[{index}]", f"expected a string, got a {type(item).__name__}")
    if not value[0]:  # it would stand everywhere, and bring nothing back
        check.fail(f"{field}[0]", "a placeholder cannot be empty")
    return check.text(f"{field}[0]", value[0]), check.text(f"{field}[1]", value[1])


def pairs(field: str, value: object) -> list[tuple[str, str]]:
    check = Check("Vault")
    if not isinstance(value, tuple | list):
        check.fail(field, f"expected a list of (placeholder, value) pairs, got a {type(value).__name__}")
    return [pair(check, f"{field}[{index}]", item) for index, item in enumerate(value)]
