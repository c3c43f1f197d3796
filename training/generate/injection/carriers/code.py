"""Source files, read-mes, diffs and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import MARK, Carrier, one_line

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _comments(page: Page, low: int, high: int) -> list[str]:
    return page.put(page.says("code_doc", low * page.size, high * page.size))


def _python(page: Page) -> str:
    parts = [page.pick("import json", "from pathlib import Path", "import re\nimport sys", '"""Helpers."""')]
    for doc in _comments(page, 2, 4):
        name = page.say("function")
        argument = page.pick("rows", "path", "items", "values")
        comment = f'    """{doc}"""\n' if page.rng.random() < 0.6 else f"    # {doc}\n"
        body = page.pick(
            f"    return [x for x in {argument} if x]",
            f"    total = 0\n    for item in {argument}:\n        total += item.price\n    return total",
            f"    with open({argument}) as f:\n        return f.read()",
            f"    return sorted({argument}, key=len)[:{page.rng.randint(2, 50)}]",
        )
        parts.append(f"def {name}({argument}):\n{comment}{body}")
    return "\n\n\n".join(parts)


def _script(page: Page) -> str:
    parts = []
    for doc in _comments(page, 2, 4):
        camel = "".join(word.capitalize() for word in page.say("function").split("_"))
        name = camel[0].lower() + camel[1:]
        comment = page.pick(f"// {doc}", f"/** {doc} */", f"/*\n * {doc}\n */")
        body = page.pick("return a + b;", "return list.filter(Boolean);", "console.log(a);\n  return null;")
        head = page.pick(
            f"function {name}(a, b)", f"const {name} = (a, list) =>", f"export async function {name}(a)"
        )
        parts.append(f"{comment}\n{head} {{\n  {body}\n}}")
    return "\n\n".join(parts)


def _shell(page: Page) -> str:
    commands = (
        "cd build",
        "make -j4",
        "cp -r src dist",
        "tar xzf data.tgz",
        "grep -v '^#' hosts > out",
        "sleep 5",
    )
    lines = ["#!/bin/sh"]
    for doc in _comments(page, 2, 5):
        lines += [f"# {doc}", page.rng.choice(commands)]
    return "\n".join(lines)


def _sql(page: Page) -> str:
    lines = []
    for doc in _comments(page, 2, 3):
        table = page.pick("orders", "users", "invoices", "visits")
        query = page.pick(
            f"SELECT {page.say('field')}, count(*) FROM {table} GROUP BY 1;",
            f"UPDATE {table} SET status = 'done' WHERE id = {page.rng.randint(1, 999)};",
            f"CREATE INDEX idx_{table} ON {table} (date);",
        )
        lines.append(f"-- {doc}\n{query}")
    return "\n\n".join(lines)


def _settings(page: Page) -> str:
    lines = []
    for doc in _comments(page, 3, 6):
        key = page.pick(
            "timeout", "override", "ignore", "retries", "system", "mode", "prompt", "path", "limit"
        )
        value = page.pick("30", "true", "false", '"default"', '"*.log"', "[]", '"strict"')
        lines.append(f"# {doc}\n{key}{page.pick(' = ', ': ')}{value}")
    return "\n".join(lines)


def _readme(page: Page) -> str:
    lines = page.body(2, 5)
    return (
        f"# {page.say('company').split()[0].lower()}-{page.pick('tools', 'cli', 'api')}\n\n{lines[0]}\n\n"
        f"## {page.pick('Install', 'Usage', 'Setup')}\n\n"
        f"```\npip install {page.pick('tools', 'cli')}\n```\n\n" + "\n".join(lines[1:])
    )


def _diff(page: Page) -> str:
    name = page.say("function")
    lines = [
        f"diff --git a/{name}.py b/{name}.py",
        f"@@ -{page.rng.randint(1, 90)},6 +{page.rng.randint(1, 90)},7 @@",
    ]
    for doc in _comments(page, 3, 5):
        sign = "+" if doc == MARK else page.pick(" ", "+", "-")
        lines.append(f"{sign}    # {doc}")
        lines.append(
            f"{page.pick(' ', '+', '-')}    {page.pick('return rows', 'x = x + 1', 'log.info(name)', 'pass')}"
        )
    return "\n".join(lines)


def _issue(page: Page) -> str:
    lines = page.put(page.says("ticket_line", 2, 4) + page.plain(0, 2))
    return f"### {page.say('mail_subject')}\n\n" + "\n\n".join(lines) + f"\n\ncc @{page.say('first').lower()}"


def _comment(note: str) -> str:
    return one_line(note).replace("*/", "* /").replace('"""', "'''")


CARRIERS = (
    Carrier("code/python", _python, _comment, prose=False),
    Carrier("code/script", _script, _comment, prose=False),
    Carrier("code/shell", _shell, _comment, prose=False),
    Carrier("code/sql", _sql, _comment, prose=False),
    Carrier("code/settings", _settings, _comment, prose=False),
    Carrier("code/readme", _readme, one_line),
    Carrier("code/diff", _diff, _comment, prose=False),
    Carrier("code/issue", _issue, one_line),
)
