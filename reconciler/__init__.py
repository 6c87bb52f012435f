"""reconciler: AI voice assistants as files, planned exactly and applied without loss."""

__version__ = "0.1.0"
