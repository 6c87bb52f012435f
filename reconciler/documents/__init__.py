"""Strict YAML documents in, desired state out."""

from reconciler.documents.drafts import Drafting, drafting_of
from reconciler.documents.files import Files
from reconciler.documents.keys import key_of
from reconciler.documents.loading import Loaded, load_documents
from reconciler.documents.references import is_own_variable
from reconciler.documents.settling import Settling
from reconciler.documents.strict_yaml import Parsed, parse_yaml

__all__ = [
    "Drafting",
    "Files",
    "Loaded",
    "Parsed",
    "Settling",
    "drafting_of",
    "is_own_variable",
    "key_of",
    "load_documents",
    "parse_yaml",
]
