"""Architectures with code of their own: one module each, named in the rows of the registry.

A class here has the name of the model class that it becomes a base of. It has only what no other
architecture does; sessions, loading and the token loop are those of all models.
"""
