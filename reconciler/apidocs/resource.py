"""Whether pages speak of one resource, and the endpoint of a page that has lost its own.

A docs site's Markdown export leaves out the front matter, and with it method and path; what one page lacks, the others
say. Fields decide whether two pages belong together: a page about something else once stood at an update page's
address. Pure, stdlib.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.apidocs.page import Page, refuse

SHARED = 0.5
"""The least share of the update page's fields that the create page must know."""


def completed(create: Page, update: Page, delete: Page | None, route: str = "") -> tuple[Page, Page, Page | None]:
    """The pages with the paths that they lack, from the others or from `route`, the path that creates.

    Raises PageError where none names a path.
    """
    named = next((each.path for each in (create, update, delete) if each and each.path), route.rstrip("/"))
    collection = named.removesuffix("/{id}")
    if not collection:
        raise refuse(
            "page-no-endpoint",
            create.source,
            "no page names an endpoint (a line such as `POST /path`)",
            "Say which path creates (`--route /user/...`), or save one of the pages again with its heading.",
        )
    one = f"{collection}/{{id}}"
    return (
        create if create.path else replace(create, path=collection),
        update if update.path else replace(update, path=one),
        delete if delete is None or delete.path else replace(delete, path=one),
    )


def check_one_resource(create: Page, update: Page, delete: Page | None) -> None:
    """Raise PageError where the paths are of two resources, or the bodies have hardly a field in common."""
    for page in (update, *([delete] if delete else [])):
        if page.path != f"{create.path}/{{id}}":
            raise refuse(
                "page-other-resource",
                page.source,
                f"{page.method} {page.path} is not of the resource that {create.source} creates ({create.path})",
                f"Give pages of one resource and one brand: here {create.path}/{{id}} is expected.",
            )
    known = {each.name for each in create.body}
    shared = sum(each.name in known for each in update.body)
    if shared < SHARED * len(update.body):
        raise refuse(
            "page-other-resource",
            update.source,
            f"only {shared} of its {len(update.body)} fields are on {create.source}: the page is about something else",
            "Give pages of one resource, one brand and one generation.",
        )
