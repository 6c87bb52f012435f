"""How fast it is, beside the tools people know, on the machine at hand: `make bench`."""
