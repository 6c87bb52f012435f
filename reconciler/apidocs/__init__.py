"""Docs pages in, JSON Schemas out: `read_page` reads one page of any known form, `generate` makes the schema set."""

from __future__ import annotations

from reconciler.apidocs.evidence import Evidence
from reconciler.apidocs.generation import Generated, as_text, generate
from reconciler.apidocs.page import Page, PageField, Role
from reconciler.apidocs.reading import read_page

__all__ = ["Evidence", "Generated", "Page", "PageField", "Role", "as_text", "generate", "read_page"]
