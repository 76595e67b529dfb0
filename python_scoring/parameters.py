"""What a fitted scorer is made of: numbers as they are stored, to and from JSON.

Making one checks it, so a document that was cut, edited or written by something else is
refused with the field and the remedy. Estimates are rounded to 12 significant digits
when they are made (`significant`) and written so that reading them back gives the same
doubles. The bins' ends and shares are counted, not estimated, and stay exact: near 1 the
twelfth digit of a share is a visible step of its normal quantile.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

SCHEMA_VERSION = 1
Kind = TypeVar("Kind", str, int, list)
WORDS = {str: "text", int: "whole number", list: "list"}
REMEDY = "build the audience again, or use the parameters of a build of this version"


def significant(value: float) -> float:
    """The value rounded to 12 significant digits.

    Engines differ in the last digits of a logarithm; what is stored does not.

    >>> significant(2 / 3)
    0.666666666667
    """
    return float(f"{value:.11e}")


@dataclass(frozen=True, slots=True)
class CategoricalParameters:
    """One categorical attribute: the term of each value, in order of the values.

    `missing_log_likelihood_ratio` is None where nobody's value was missing.
    """

    attribute: str
    attribute_weight: float
    values: tuple[str, ...]
    log_likelihood_ratios: tuple[float, ...]
    missing_log_likelihood_ratio: float | None

    def __post_init__(self) -> None:
        """Refuse lists that do not fit each other, and numbers that are none."""
        where = f"attribute {self.attribute!r}"
        require_weight(where, self.attribute_weight)
        if len(self.values) != len(self.log_likelihood_ratios):
            raise refusal(
                f"{where}, log_likelihood_ratios",
                f"has {len(self.log_likelihood_ratios)} numbers for "
                f"{len(self.values)} values",
            )
        if len(set(self.values)) != len(self.values):
            raise refusal(f"{where}, values", "names a value twice")
        require_finite(where, "log_likelihood_ratios", self.log_likelihood_ratios)
        if self.missing_log_likelihood_ratio is not None:
            missing = (self.missing_log_likelihood_ratio,)
            require_finite(where, "missing_log_likelihood_ratio", missing)


@dataclass(frozen=True, slots=True)
class ContinuousParameters:
    """One continuous attribute: both curves in z, the missing terms, and the bins."""

    attribute: str
    attribute_weight: float
    seed_mean: float
    seed_variance: float
    reference_mean: float
    reference_variance: float
    variance_pooling: float
    missing_log_likelihood_ratio: float
    present_log_likelihood_ratio: float
    quantile_clip: float
    least_values: tuple[float, ...]
    greatest_values: tuple[float, ...]
    shares_below: tuple[float, ...]
    reference_shares: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse curves without a spread and bins that are out of order."""
        where = f"attribute {self.attribute!r}"
        require_weight(where, self.attribute_weight)
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            numbers = value if isinstance(value, tuple) else (value,)
            require_finite(where, field.name, numbers)
        for name in ("seed_variance", "reference_variance"):
            if getattr(self, name) <= 0:
                raise refusal(f"{where}, {name}", "is not above 0")
        if not 0 <= self.variance_pooling <= 1:
            raise refusal(f"{where}, variance_pooling", "is not between 0 and 1")
        if not 0 < self.quantile_clip <= 0.5:
            raise refusal(f"{where}, quantile_clip", "is not between 0 and 0.5")
        self._require_ordered_bins(where)

    def _require_ordered_bins(self, where: str) -> None:
        count = len(self.least_values)
        if count == 0:
            raise refusal(f"{where}, least_values", "is empty")
        for name in ("greatest_values", "shares_below", "reference_shares"):
            if len(getattr(self, name)) != count:
                raise refusal(f"{where}, {name}", f"does not have {count} numbers")
        least, greatest = np.array(self.least_values), np.array(self.greatest_values)
        if np.any(least > greatest) or np.any(greatest[:-1] >= least[1:]):
            raise refusal(f"{where}, least_values", "is not in order of the bins")
        for name in ("shares_below", "reference_shares"):
            shares = np.array(getattr(self, name))
            if np.any(shares < 0) or np.any(shares > 1):
                raise refusal(f"{where}, {name}", "has a share outside 0 to 1")


@dataclass(frozen=True, slots=True)
class DroppedParameters:
    """An attribute of weight 0: it says nothing, and nothing is kept of it."""

    attribute: str


AttributeParameters = CategoricalParameters | ContinuousParameters | DroppedParameters
ROLES: Mapping[type[AttributeParameters], str] = {
    CategoricalParameters: "categorical",
    ContinuousParameters: "continuous",
    DroppedParameters: "dropped",
}


@dataclass(frozen=True, slots=True)
class NaiveBayesParameters:
    """All that `naive_bayes` needs to score anyone, attributes in the order summed.

    `left_out_fold` is -1 for the whole seed; `seed_total` and `smoothing` bound the
    terms when another population is scored.
    """

    left_out_fold: int
    seed_total: int
    reference_total: int
    smoothing: float
    attributes: tuple[AttributeParameters, ...]

    def __post_init__(self) -> None:
        """Refuse totals below 0 and attributes named twice."""
        if self.seed_total < 0 or self.reference_total < 0:
            raise refusal("seed_total, reference_total", "is below 0")
        if not (math.isfinite(self.smoothing) and self.smoothing > 0):
            raise refusal("smoothing", "is not above 0")
        names = [attribute.attribute for attribute in self.attributes]
        if not names:
            raise refusal("attributes", "is empty")
        if len(set(names)) != len(names):
            raise refusal("attributes", "names an attribute twice")


def to_document(parameters: NaiveBayesParameters) -> dict[str, Any]:
    """Plain dicts, lists and numbers, ready for JSON."""
    return as_dict(parameters) | {
        "attributes": [
            {"role": ROLES[type(attribute)]} | as_dict(attribute)
            for attribute in parameters.attributes
        ]
    }


def from_document(document: object) -> NaiveBayesParameters:
    """The parameters of a document that `to_document` made.

    Raises ValueError with the field and the remedy for any other.
    """
    entries = Entries.of(document, "parameters", NaiveBayesParameters)
    return NaiveBayesParameters(
        left_out_fold=entries.integer("left_out_fold"),
        seed_total=entries.integer("seed_total"),
        reference_total=entries.integer("reference_total"),
        smoothing=entries.number("smoothing"),
        attributes=tuple(
            _attribute_from(attribute, f"attributes[{place}]")
            for place, attribute in enumerate(entries.items("attributes"))
        ),
    )


def write_json(scorer: str, content: Mapping[str, Any]) -> str:
    """The content under the scorer's name and the schema's version, as JSON text."""
    head = {"schema_version": SCHEMA_VERSION, "scorer": scorer}
    return json.dumps(head | dict(content), allow_nan=False, ensure_ascii=False)


def read_json(text: str) -> dict[str, Any]:
    """What `write_json` wrote, as a dict that still holds `scorer`.

    Raises ValueError where the text is no JSON or of another version.
    """
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise refusal("document", "is not JSON, or was cut short") from error
    if not isinstance(document, dict):
        raise refusal("document", "is not a JSON object")
    version = document.pop("schema_version", None)
    if version != SCHEMA_VERSION:
        raise refusal("schema_version", f"is {version!r}, not {SCHEMA_VERSION}")
    if not isinstance(document.get("scorer"), str):
        raise refusal("scorer", "is missing")
    return document


@dataclass(frozen=True, slots=True)
class Entries:
    """The fields of a JSON object, read with their type; ValueError names a bad one."""

    document: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, document: object, where: str, kind: type) -> "Entries":
        """The entries of a document that has exactly the fields of a dataclass."""
        if not isinstance(document, dict):
            raise refusal(where, "is not a JSON object")
        known = {field.name for field in fields(kind)}
        for name in sorted(known - document.keys()):
            raise refusal(f"{where}.{name}", "is missing")
        for name in sorted(document.keys() - known):
            raise refusal(f"{where}.{name}", "is not a field that is known here")
        return cls(document, where)

    def text(self, name: str) -> str:
        """A text."""
        return self._checked(name, self.document[name], str)

    def integer(self, name: str) -> int:
        """A whole number."""
        return self._checked(name, self.document[name], int)

    def number(self, name: str) -> float:
        """A finite number."""
        return self._number(name, self.document[name])

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.document[name]
        if not isinstance(value, bool):
            raise refusal(f"{self.where}.{name}", f"is {value!r}, not true or false")
        return value

    def optional_number(self, name: str) -> float | None:
        """A finite number or null."""
        value = self.document[name]
        return None if value is None else self._number(name, value)

    def items(self, name: str) -> list[Any]:
        """A list of anything."""
        return self._checked(name, self.document[name], list)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._checked(name, item, str) for item in self.items(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        return tuple(self._number(name, item) for item in self.items(name))

    def _number(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refusal(f"{self.where}.{name}", f"is {value!r}, not a number")
        if not math.isfinite(value):
            raise refusal(f"{self.where}.{name}", f"is {value!r}, not finite")
        return float(value)

    def _checked(self, name: str, value: Any, kind: type[Kind]) -> Kind:
        # bool is an int to Python, and 1 is no way to write true
        if isinstance(value, bool) or not isinstance(value, kind):
            raise refusal(f"{self.where}.{name}", f"is {value!r}, no {WORDS[kind]}")
        return value


def refusal(field: str, wrong: str) -> ValueError:
    """The error for stored parameters that cannot be used."""
    return ValueError(f"stored parameters: {field} {wrong}; {REMEDY}")


def _attribute_from(document: object, where: str) -> AttributeParameters:
    role = document.get("role") if isinstance(document, dict) else None
    kinds = {name: kind for kind, name in ROLES.items()}
    if role not in kinds:
        raise refusal(f"{where}.role", f"is {role!r}, not one of {', '.join(kinds)}")
    without_role = {key: value for key, value in document.items() if key != "role"}  # type: ignore[attr-defined]
    entries = Entries.of(without_role, where, kinds[role])
    attribute = entries.text("attribute")
    if role == "dropped":
        return DroppedParameters(attribute)
    if role == "categorical":
        return CategoricalParameters(
            attribute=attribute,
            attribute_weight=entries.number("attribute_weight"),
            values=entries.texts("values"),
            log_likelihood_ratios=entries.numbers("log_likelihood_ratios"),
            missing_log_likelihood_ratio=entries.optional_number(
                "missing_log_likelihood_ratio"
            ),
        )
    return ContinuousParameters(
        attribute=attribute,
        attribute_weight=entries.number("attribute_weight"),
        seed_mean=entries.number("seed_mean"),
        seed_variance=entries.number("seed_variance"),
        reference_mean=entries.number("reference_mean"),
        reference_variance=entries.number("reference_variance"),
        variance_pooling=entries.number("variance_pooling"),
        missing_log_likelihood_ratio=entries.number("missing_log_likelihood_ratio"),
        present_log_likelihood_ratio=entries.number("present_log_likelihood_ratio"),
        quantile_clip=entries.number("quantile_clip"),
        least_values=entries.numbers("least_values"),
        greatest_values=entries.numbers("greatest_values"),
        shares_below=entries.numbers("shares_below"),
        reference_shares=entries.numbers("reference_shares"),
    )


def as_dict(parameters: Any) -> dict[str, Any]:
    """The fields of a dataclass by name, values as they are."""
    return {field.name: getattr(parameters, field.name) for field in fields(parameters)}


def require_weight(where: str, weight: float) -> None:
    """Refuse a weight that is not above 0."""
    if not (math.isfinite(weight) and weight > 0):
        raise refusal(f"{where}, attribute_weight", f"is {weight!r}, not above 0")


def require_finite(where: str, name: str, numbers: Iterable[float]) -> None:
    """Refuse numbers that are infinite or none."""
    if not all(math.isfinite(number) for number in numbers):
        raise refusal(f"{where}, {name}", "holds a number that is not finite")
