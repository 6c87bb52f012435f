"""What decided a content: its names, which an entry keeps (`Entry.inputs`), and a digest over all (`Entry.source`).

Core: pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from reconciler import __version__
from reconciler.canonical import Json, digest_text, exact_text
from reconciler.schemas import SchemaSet


def source_digest(
    environment: str, schemas: SchemaSet, files: Mapping[str, str], references: Mapping[str, Json]
) -> str:
    """The digest of everything that decided a content: the digests of the YAML files, and what references gave.

    It is `exact_digest` of these five under their names, put together by hand: of ten thousand documents nearly all
    have one file and no reference, and nothing else of theirs differs (3 µs instead of 6).
    """
    # a digest is its own text, in quotes
    listed = ",".join([f'{exact_text(path)}:"{digest}"' for path, digest in sorted(files.items())])
    given = exact_text(references) if references else "{}"
    before, after = _around(environment, schemas.digest)
    return digest_text(f'{before}{{{listed}}},"references":{given}{after}')


@cache
def _around(environment: str, schemas: str) -> tuple[str, str]:
    """What stands in every such text, before the files and after the references."""
    return (
        f'{{"environment":{exact_text(environment)},"files":',
        f',"schemas":{exact_text(schemas)},"version":{exact_text(__version__)}}}',
    )


def inputs_of(files: Iterable[str], references: Iterable[str]) -> tuple[str, ...]:
    """The names of what decided a content, sorted: `yaml:PATH` for its layers, and its references."""
    return tuple(sorted([*(f"yaml:{path}" for path in files), *references]))
