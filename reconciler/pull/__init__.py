"""From live to files: documents for assistants that nobody manages, and the portal's edits brought home.

Pure: what is to be written is decided, and read again by the very loader that plans, before the shell writes a byte.
"""
