"""Malformed and extreme inputs: a module for each group, each a list of cases."""
