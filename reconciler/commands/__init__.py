"""The verbs: gather, decide, act. `reconciler.cli` comes by here first, where click is imported in half the time."""

from __future__ import annotations

import gc

from reconciler.later import put_off


def clean(text: str) -> str:
    """`inspect.cleandoc`, which click asks of every option's help: nearly all are one line, and clean."""
    if "\n" not in text and "\t" not in text and text == text.strip(" "):
        return text
    import inspect

    return inspect.cleandoc(text)


def _one_or_more(one: str, more: str, count: int) -> str:
    return one if count == 1 else more


# The program speaks English, and click's own messages with it, for the whole process: they have no translations, but
# looking for them imports `locale`. `object` is any class: a generic type of click's is made of it, and nothing is
# asked whether it is one.
with (
    put_off("inspect", instead={"cleandoc": clean}),
    put_off("uuid", meanwhile={"UUID": object}),
    put_off("gettext", instead={"gettext": str, "ngettext": _one_or_more}),
    put_off("ipaddress"),
):
    # nothing of what is imported is garbage, and to look for it there takes 2 ms
    _collects = gc.isenabled()
    gc.disable()
    try:
        import dataclasses  # noqa: F401 - everything has it, and it imports `inspect`
        import urllib.parse  # noqa: F401 - likewise, and it imports `ipaddress`

        import click  # noqa: F401
    finally:
        if _collects:
            gc.enable()
