"""The edge of a project: its file, its folders, its environment, and what is opened from them.

Edge: reads the disk and the environment that it is handed; opens nothing on the network by itself.
"""

from reconciler.config.addresses import SANDBOX
from reconciler.config.catalogs import with_catalogs
from reconciler.config.files import ProjectFiles
from reconciler.config.fingerprints import make_key
from reconciler.config.openings import open_client, open_store
from reconciler.config.project import Project, open_project, read_environments
from reconciler.config.schema_files import find_schemas

__all__ = [
    "SANDBOX",
    "Project",
    "ProjectFiles",
    "find_schemas",
    "make_key",
    "open_client",
    "open_project",
    "open_store",
    "read_environments",
    "with_catalogs",
]
