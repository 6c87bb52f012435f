"""The verbs: gather, decide, act."""
