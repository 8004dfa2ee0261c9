"""Types and helpers to declare parameters: numbers or distributions with unit, bounds and source.

A parameter is declared once, in `parameters.py` or `theatre.py`. The loader, `check`, `params`, the JSON Schema,
the ODD table and the sampler of distributions read that declaration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

Status = Literal["measured", "literature", "assumed"]


@dataclass(frozen=True)
class Refers:
    """Marks a name that a theatre must have: `what` messages call it, and the `groups` it may belong to."""

    what: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Acts:
    """Marks a date on which something happens, which therefore should lie within the time simulated."""


@dataclass(frozen=True)
class Unread:
    """Marks a number that no rule reads, such as the cost of a lever."""


@dataclass(frozen=True)
class Changes:
    """Marks a key that may (`LATER`) or may not (`AT_START`) change while a run is under way.

    It holds for all that stands below the key, up to a mark further in; what bears no mark may not change.
    """

    later: bool


LATER, AT_START = Changes(later=True), Changes(later=False)


class Strict(BaseModel):
    """A mapping that refuses unknown keys and silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, allow_inf_nan=False)


Pair = Annotated[tuple[float, float], Field(strict=False)]
Triple = Annotated[tuple[float, float, float], Field(strict=False)]


class Uniform(Strict):
    """Uniform on [a, b]."""

    uniform: Pair

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.uniform[0] <= self.uniform[1]:
            raise ValueError("the ends are out of order; expected [a, b] with a <= b")
        return self


class Triangular(Strict):
    """Triangular with ends a, b and its mode between them: [a, mode, b]."""

    triangular: Triple

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        a, mode, b = self.triangular
        if not a <= mode <= b:
            raise ValueError("the ends are out of order; expected [a, mode, b] with a <= mode <= b")
        return self


class MedianSigma(Strict):
    """Median and the standard deviation of the logarithm."""

    median: float = Field(gt=0)
    sigma: float = Field(ge=0, le=10)


class LogNormal(Strict):
    """Lognormal, stated by its median and the standard deviation of its logarithm."""

    lognormal: MedianSigma


MAX_SHAPE = 1e9
"""Largest shape parameter of a beta: far beyond it no quantile can be computed."""


class Beta(Strict):
    """Beta on (0, 1) with both shape parameters, up to which its quantiles can be told."""

    beta: Annotated[
        tuple[Annotated[float, Field(gt=0, le=MAX_SHAPE)], Annotated[float, Field(gt=0, le=MAX_SHAPE)]],
        Field(strict=False),
    ]


class Choice(Strict):
    """One of the listed numbers, each as likely."""

    choice: Annotated[list[float], Field(min_length=1)]


Distribution = Uniform | Triangular | LogNormal | Beta | Choice
DISTRIBUTIONS: dict[str, type[Strict]] = {
    "uniform": Uniform,
    "triangular": Triangular,
    "lognormal": LogNormal,
    "beta": Beta,
    "choice": Choice,
}


def _tag(value: Any) -> str:
    """Return the tag of the member of Number that a raw value means, so that one mistake gives one error."""
    if isinstance(value, dict):
        return next((name for name in DISTRIBUTIONS if name in value), "number")
    for name, kind in DISTRIBUTIONS.items():
        if isinstance(value, kind):
            return name
    return "number"


Number = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Triangular, Tag("triangular")]
    | Annotated[LogNormal, Tag("lognormal")]
    | Annotated[Beta, Tag("beta")]
    | Annotated[Choice, Tag("choice")],
    Discriminator(_tag),
]


def support(value: float | Distribution) -> tuple[float, float]:
    """Return the smallest and largest value that a number or distribution can take."""
    if isinstance(value, Uniform):
        return value.uniform
    if isinstance(value, Triangular):
        return value.triangular[0], value.triangular[2]
    if isinstance(value, LogNormal):
        return 0.0, float("inf")
    if isinstance(value, Beta):
        return 0.0, 1.0
    if isinstance(value, Choice):
        return min(value.choice), max(value.choice)
    return float(value), float(value)


_LARGEST_DEVIATE = 8.209536151601387
"""Standard normal quantile of 1 - 2^-53, the largest uniform number that is drawn."""


def largest(value: float | Distribution, high: float | None) -> float:
    """Return the largest number that can be drawn, clipped to the declared upper bound `high`."""
    if isinstance(value, LogNormal):
        top = value.lognormal.median * math.exp(value.lognormal.sigma * _LARGEST_DEVIATE)
    else:
        top = support(value)[1]
    return top if high is None else min(high, top)


def _centre(value: LogNormal | Beta) -> float:
    """Return the median of a lognormal or the mean of a beta."""
    if isinstance(value, LogNormal):
        return value.lognormal.median
    return value.beta[0] / (value.beta[0] + value.beta[1])


def plain(value: float | Distribution) -> float | dict[str, object]:
    """Return a number as it is, and a distribution as the mapping that a file would hold."""
    return value.model_dump(mode="json") if isinstance(value, Strict) else value


def describe(value: Distribution) -> str:
    """Return a distribution on one line, as a file would hold it: `{uniform: [0.5, 1]}`."""
    name, inner = next(iter(value.model_dump(mode="json").items()))
    if isinstance(inner, dict):
        return f"{{{name}: {{{', '.join(f'{key}: {number:g}' for key, number in inner.items())}}}}}"
    return f"{{{name}: [{', '.join(f'{number:g}' for number in inner)}]}}"


def declared(
    default: Any,
    unit: str,
    low: float | None,
    high: float | None,
    description: str,
    *,
    source: str = "",
    status: Status = "assumed",
    alias: str | None = None,
) -> Any:
    """Declare one parameter. `default` is `...` if it is required; bounds are inclusive, in `unit`."""
    return Field(
        default,
        description=description,
        alias=alias,
        json_schema_extra={"unit": unit, "low": low, "high": high, "source": source, "status": status},
    )


class Section(Strict):
    """A mapping of declared parameters whose numbers must lie within their declared bounds."""

    @field_validator("*", mode="after")
    @classmethod
    def _within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[str(info.field_name)].json_schema_extra
        is_number = isinstance(value, (int, float, *DISTRIBUTIONS.values())) and not isinstance(value, bool)
        if isinstance(extra, dict) and "low" in extra and is_number:
            low, high, unit = cast(
                "tuple[float | None, float | None, str]", (extra["low"], extra["high"], extra["unit"])
            )
            smallest, largest = support(value)
            if isinstance(value, LogNormal | Beta):  # draws from long tails are clipped; the centre must be within
                smallest = largest = _centre(value)
            if (low is not None and smallest < low) or (high is not None and largest > high):
                raise ValueError(_bounds_text(low, high, unit))
        return value


def _bounds_text(low: float | None, high: float | None, unit: str) -> str:
    of = f" ({unit})" if unit else ""
    if low is not None and high is not None:
        return f"expected {low:g} to {high:g}{of}"
    return f"expected at least {low:g}{of}" if low is not None else f"expected at most {high:g}{of}"


def _date(value: str) -> str:
    parse_date(value)
    return value


Date = Annotated[str, AfterValidator(_date)]
ActionDate = Annotated[Date, Acts()]


def parse_date(text: str) -> datetime:
    """Return local civil time from `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`; zones are refused.

    Raises ValueError with what was expected.
    """
    for pattern, length in (("%Y-%m-%d", 10), ("%Y-%m-%dT%H:%M", 16)):
        if len(text) == length and text.isascii():
            try:
                return datetime.strptime(text, pattern)
            except ValueError:
                break
    raise ValueError("expected a date YYYY-MM-DD or YYYY-MM-DDTHH:MM, without a zone")
