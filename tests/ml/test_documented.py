"""What `docs/models.md` shows of `MLConfig` is what its code gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs" / "models.md"
BLOCK = re.compile(r"## One declaration for all of them\n\n```python\n(.*?)```", re.DOTALL)


async def test_one_declaration():
    (code,) = BLOCK.findall(DOCS.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    ran = eval(compile(code, DOCS.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    await ran
    result, shield = names["result"], names["shield"]
    shown = dict(re.findall(r"^result\.(\w+)  # (.+)$", code, re.MULTILINE))
    assert str(result.detection_method) == shown["detection_method"]
    assert result.skipped == ast.literal_eval(shown["skipped"])
    assert await shield.close()
