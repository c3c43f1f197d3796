"""A node postprocessor for LlamaIndex: retrieved text is redacted, and what is poisoned is dropped."""

from pyshield.policy import always, unless_redacted
from pyshield_llama_index.postprocessor import NodesRefused, ShieldPostprocessor

__all__ = ["NodesRefused", "ShieldPostprocessor", "always", "unless_redacted"]
