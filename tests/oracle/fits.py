"""What one fit holds: the terms, the information and the weights of all attributes."""

import math
from dataclasses import dataclass, field


@dataclass
class Curve:
    """The Gaussian parameters of one attribute in one fit."""

    mu: float
    var: float
    mu_p: float
    var_p: float
    pooling: float
    missing_term: float
    present_term: float
    p0: float
    q0: float

    def ratio(self, z: float, mu: float, var: float) -> float:
        """g(z; mu, var)."""
        own = -0.5 * math.log(var) - (z - mu) ** 2 / (2 * var)
        reference = -0.5 * math.log(self.var_p) - (z - self.mu_p) ** 2 / (
            2 * self.var_p
        )
        return own - reference

    def term(self, z: float) -> float:
        """t without the present term."""
        return (1 - self.pooling) * self.ratio(z, self.mu, self.var) + (
            self.pooling * self.ratio(z, self.mu, self.var_p)
        )


@dataclass
class Fit:
    """Terms and weights of all attributes for one left-out fold."""

    weights: dict[str, float] = field(default_factory=dict)
    divergence: dict[str, float] = field(default_factory=dict)
    jensen_shannon: dict[str, float] = field(default_factory=dict)
    degrees_of_freedom: dict[str, int] = field(default_factory=dict)
    signal_share: dict[str, float] = field(default_factory=dict)
    value_terms: dict[str, dict[str | None, float]] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
