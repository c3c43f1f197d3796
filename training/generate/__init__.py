"""Text the project writes itself, by subject: each module draws labelled examples from grammars."""
