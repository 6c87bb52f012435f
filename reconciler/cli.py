"""Placeholder until the edge is written."""


def main() -> None:
    """Run the program."""
