"""Strict YAML documents in, desired state out."""

from reconciler.documents.files import Files
from reconciler.documents.keys import key_of
from reconciler.documents.loading import Loaded, load_documents
from reconciler.documents.references import OWN_VARIABLES
from reconciler.documents.settled import Settling
from reconciler.documents.strict_yaml import Parsed, parse_yaml

__all__ = ["OWN_VARIABLES", "Files", "Loaded", "Parsed", "Settling", "key_of", "load_documents", "parse_yaml"]
