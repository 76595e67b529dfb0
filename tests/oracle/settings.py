"""What a specification says of scoring, and the precision of what is stored."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The fields of a specification that scoring knows."""

    smoothing: float = 30.0
    gaussian_prior: float = 10.0
    variance_pooling: float | None = None
    attribute_weights: str = "noise_decorrelated"
    learn_from: str = "seed"
    sample_size: int = 20_000
    sample_minimum: int = 2_000
    bin_count: int = 1_024
    identifier_is_hash: bool = False


def significant(value: float) -> float:
    return float(f"{value:.12g}")
