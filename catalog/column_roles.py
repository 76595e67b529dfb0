"""What a column can be for, and its kind of type: names alone, which load nothing else."""

from enum import StrEnum


class Role(StrEnum):
    """What a column is for: scored (the first two), joined with, or left alone."""

    continuous = "continuous"
    categorical = "categorical"
    identity = "identity"
    metadata = "metadata"


class TypeFamily(StrEnum):
    """The few kinds of type that matter here, whatever the engine calls them."""

    integer = "integer"
    real = "real"
    text = "text"
    boolean = "boolean"
    time = "time"
    nested = "nested"
    binary = "binary"
