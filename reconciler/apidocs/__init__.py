"""Docs pages in, JSON Schemas out."""
