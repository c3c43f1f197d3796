"""Python functions that pyshield calls by name: checked, timed, batched, remembered, counted.

```python
from pyshield import functions

@functions.register(timeout=2.0, output_schema={"type": "number"})
async def judge(text: str) -> float: ...

score = await functions.call("judge", text="…")
```

An asynchronous function runs as a task; any other runs in a worker thread, or with `isolation="process"` in a
process. The runtime's own plans call them the same way, and none of its threads waits while Python runs.
"""

from __future__ import annotations

from pyshield.functions._declared import FunctionInfo
from pyshield.functions._registered import (
    call,
    call_blocking,
    clear_cache,
    describe,
    metrics,
    prometheus,
    register,
    unregister,
)
from pyshield.functions._registered import list_functions as list  # noqa: A004  # `functions.list()`

from pyshield.functions import _built_in  # isort: skip

_built_in.register_all()

__all__ = [
    "FunctionInfo",
    "call",
    "call_blocking",
    "clear_cache",
    "describe",
    "list",
    "metrics",
    "prometheus",
    "register",
    "unregister",
]
