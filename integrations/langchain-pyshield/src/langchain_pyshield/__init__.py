"""LangChain guarded by pyshield: agents, chains and streams.

`PyShieldMiddleware` is what an agent needs; `Conversations` gives each of its threads a vault of its own.
`SolePyShieldMiddleware` is the quicker one for an agent without other middleware.
"""

from langchain_pyshield.callbacks import PyShieldCallback
from langchain_pyshield.conversations import Conversations
from langchain_pyshield.errors import Place, Refused
from langchain_pyshield.middleware import PyShieldMiddleware
from langchain_pyshield.runnables import ScanOutput, ScanPrompt
from langchain_pyshield.sole import SolePyShieldMiddleware
from pyshield.policy import always, unless_redacted

__all__ = [
    "Conversations",
    "Place",
    "PyShieldCallback",
    "PyShieldMiddleware",
    "Refused",
    "ScanOutput",
    "ScanPrompt",
    "SolePyShieldMiddleware",
    "always",
    "unless_redacted",
]
