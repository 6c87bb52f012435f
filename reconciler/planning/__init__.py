"""Desired, state and live in; one plan out."""
