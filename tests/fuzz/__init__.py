"""Bytes that nobody meant, for everything that reads: what is promised of them is in `targets`."""
