"""What in docs/ is made from the code, and the tests that hold docs/ to it. `python -m tests.docs` writes it anew."""
