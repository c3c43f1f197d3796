"""A turn of a conversation in a process of its own, whose checkpoints are in a file."""

from __future__ import annotations

import pickle
from pathlib import Path

from langchain_chat import EMAIL, SENT, agent, calls, model, said, send_mail, thread
from langgraph.checkpoint.memory import InMemorySaver


class FileSaver(InMemorySaver):
    """Checkpoints that `save` writes to a file and a new one reads."""

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)
        if self.path.exists():
            storage, writes, blobs = pickle.loads(self.path.read_bytes())
            for name, namespaces in storage.items():
                self.storage[name].update(namespaces)
            self.writes.update(writes)
            self.blobs.update(blobs)

    def save(self):
        storage = {name: dict(namespaces) for name, namespaces in self.storage.items()}
        self.path.write_bytes(pickle.dumps((storage, dict(self.writes), dict(self.blobs))))


def first_turn(path, options):
    """What is said before another process goes on; `options` are those of `agent`."""
    saver = FileSaver(path)
    chat = model(calls("send_mail", to="[REDACTED_EMAIL_ADDRESS_1]", text="hi"), "Noted.")
    guarded = agent(chat, checkpointer=saver, tools=[send_mail], **options)
    guarded.invoke(said(f"I am {EMAIL}"), thread("1"))
    saver.save()
    if not options and SENT != [(EMAIL, "hi")]:
        raise AssertionError("the first process did not send")
