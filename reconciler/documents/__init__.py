"""Strict YAML documents in, desired state out."""
