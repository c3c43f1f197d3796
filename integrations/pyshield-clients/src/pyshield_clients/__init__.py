"""Guards the clients of model providers: prompts before they leave the process, answers as they come.

`guard(client, shield)` gives a client of the same class; the rest of the program need not change.
"""

from pyshield.policy import always, unless_redacted
from pyshield_clients.errors import AnswerRefused, NotGuardable, PromptRefused, Refused
from pyshield_clients.guard import guard

__all__ = [
    "AnswerRefused",
    "NotGuardable",
    "PromptRefused",
    "Refused",
    "always",
    "guard",
    "unless_redacted",
]
