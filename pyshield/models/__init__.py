"""Models that are held by name: loaded once, kept within bounds, asked for vectors and for ranks.

```python
from pyshield import models

models.configure("models.toml")
vectors = await models.embed(["a text", "another"])  # by the bundled model
ranked = await models.rerank("a question", ["an answer", "something else"])
```

What scanners read needs none of this: a `Model` in a scanner's declaration is loaded by the shield. Both
share the sessions of the same model.
"""

from __future__ import annotations

from pyshield.models._ask import Ranked, embed, embed_blocking, rerank, rerank_blocking
from pyshield.models._held import Cleared, Loaded, ModelInfo, clear, ensure, load
from pyshield.models._held import list_models as list  # noqa: A004  # `models.list()`
from pyshield.models._settings import Settings, configure, settings

__all__ = [
    "Cleared",
    "Loaded",
    "ModelInfo",
    "Ranked",
    "Settings",
    "clear",
    "configure",
    "embed",
    "embed_blocking",
    "ensure",
    "list",
    "load",
    "rerank",
    "rerank_blocking",
    "settings",
]
