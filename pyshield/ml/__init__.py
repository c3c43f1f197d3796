"""How models take part in a shield, and what they did: one declaration for all scanners that read one.

```python
from pyshield import Shield
from pyshield.ml import InferenceMetrics, MLConfig

shield = Shield(prompt=[Secrets(), PromptInjection()], ml=MLConfig.edge())
InferenceMetrics.of(shield).heuristic_filter_rate()
```

`docs/models.md` says what each preset does.
"""

from pyshield.ml._config import CacheSettings, HybridMode, MLConfig, ModelVariant
from pyshield.ml._metrics import InferenceMetrics
from pyshield.ml._tokenizer import TokenizerWrapper

__all__ = [
    "CacheSettings",
    "HybridMode",
    "InferenceMetrics",
    "MLConfig",
    "ModelVariant",
    "TokenizerWrapper",
]
