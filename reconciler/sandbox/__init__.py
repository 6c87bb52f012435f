"""A vendor to practise on: the platform's assistant API, made from a schema set and strict where it is."""
