"""The fake vendor to practise on."""
