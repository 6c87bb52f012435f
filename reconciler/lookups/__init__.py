"""The lists behind ids: which there are, what their rows are called, and whether an id fits the document that uses it.

Routes and columns are a brand's own, so they stand in `lookups.json` beside its schemas, and nowhere here. Core: pure.
"""
