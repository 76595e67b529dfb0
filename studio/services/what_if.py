"""What-if: what an audience of other attributes, another size or scorer would be.

Opened once for a specification, then asked as often as a person changes something. Every
answer is an estimate from the same people, kept in memory, so that answers differ by what
was asked and by nothing else.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from catalog.errors import StudioError
from catalog.names import shown, suggestion
from catalog.specification import AudienceSpecification, specification_of
from catalog.specification_output import Output
from catalog.specification_people import SeedChoice
from studio.services.audiences import read_request
from studio.services.estimates import Interval
from studio.services.what_if_answers import Answer, Overlap, answer_of

if TYPE_CHECKING:
    from orchestration.expectation import Cut, Expectation, Question, Ranked
    from orchestration.outlook import Outlook
    from orchestration.workshop import Workshop
    from python_scoring.attribute_weights import AttributeWeights

MOST_SEED = 5_000
KEPT_RANKINGS = 32
# Scorer, attributes, and the sign of the data.
Key = tuple[str, tuple[str, ...], str]


@dataclass(eq=False)
class Asked:
    """A question on its way. `progress` goes from 0 to 1.

    A question that was not begun is dropped by `cancel`, and when the service closes.
    """

    future: "Future[Answer]" = field(default_factory=Future)
    progress: float = 0.0

    @property
    def is_done(self) -> bool:
        """True where the answer, or an error, is there."""
        return self.future.done()

    def result(self, timeout: float | None = None) -> Answer:
        """Wait for the answer.

        Raises what stood in its way, TimeoutError after so many seconds, and
        CancelledError where it was dropped.
        """
        return self.future.result(timeout)

    def cancel(self) -> bool:
        """Drop the question, unless it is at work or answered; whether it was dropped."""
        return self.future.cancel()


@dataclass(frozen=True, eq=False)
class _Opened:
    """An outlook with the people that answers are made from."""

    outlook: "Outlook"
    tables: dict[str, Any]
    weights: "AttributeWeights"


@dataclass(frozen=True)
class Former:
    """What an answer is compared with: in words, as a question, and which version it is."""

    told: str
    question: "Question"
    version: int | None = None


class WhatIf:
    """The questions to one specification; close it, or use it as a context.

    Answers of scorers that add up are there at once. Others, and those that need what was
    not counted yet, are made one after the other in the background.
    """

    def __init__(
        self,
        workshop: "Workshop",
        specification: AudienceSpecification,
        folder: Path | None = None,
        listener: Callable[[Any], None] | None = None,
    ) -> None:
        self._workshop, self._specification = workshop, specification
        self._folder, self._listener = folder, listener
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="what-if")
        self._opened: list[_Opened] = []  # the first is the specification's own
        self._rankings: dict[Key, Ranked] = {}
        self._reopening = threading.Lock()
        self._untold: tuple[str, ...] = ()  # what the next answer is to say of the data
        self._open(specification.scoring.model)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the questions that were not begun; the one at work ends by itself."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    @property
    def outlook(self) -> "Outlook":
        """What the specification was opened on."""
        return self._opened[0].outlook

    def refresh(self) -> "Outlook":
        """The outlook on the data as they are now, opened anew where they changed."""
        self._reopen_where_changed()
        return self.outlook

    def answer(
        self,
        attributes: Sequence[str] | None = None,
        output: Output | None = None,
        model: str | None = None,
    ) -> Answer:
        """The answer, however long it takes; what is not given is as the specification says."""
        return self.ask(attributes, output, model).result()

    def ask(
        self,
        attributes: Sequence[str] | None = None,
        output: Output | None = None,
        model: str | None = None,
    ) -> Asked:
        """Ask; raises StudioError for what is no attribute or no scorer.

        Where the data changed since it was opened, it is opened anew and the answer says so.
        """
        self._reopen_where_changed()
        notes, self._untold = self._untold, ()
        question = self._question(attributes, output, model)
        asked = Asked()
        if not self._is_at_hand(question):
            asked.future = self._worker.submit(self._answer, asked, question, notes)
            return asked
        try:
            asked.future.set_result(self._answer(asked, question, notes))
        except Exception as error:
            asked.future.set_exception(error)
        return asked

    def _is_at_hand(self, question: "Question") -> bool:
        """True where the question, and what it is compared with, are answered at once."""
        former = self._former()
        return all(
            self._key(each, self._opened[0]) in self._rankings
            or (_is_additive(each.model) and self._ready(each.model) is not None)
            for each in (question, *(() if former is None else (former.question,)))
        )

    def _answer(
        self, asked: Asked, question: "Question", notes: tuple[str, ...]
    ) -> Answer:
        began = time.monotonic()
        opened = self._open(question.model)

        def tell(share: float) -> None:
            asked.progress += 0.9 * share

        ranked = self._ranked(opened, question, tell)
        found = _expected(ranked, question)
        overlap = None
        # What was is no longer possible on these data: then nothing is told of it.
        with suppress(StudioError):
            overlap = self._overlap(question, ranked, found.cut)
        asked.progress = 1.0
        return answer_of(
            question,
            opened.outlook,
            found,
            overlap,
            self._specification.economics,
            notes=notes,
            seconds=time.monotonic() - began,
        )

    def _overlap(
        self, question: "Question", ranked: "Ranked", cut: "Cut"
    ) -> Overlap | None:
        """How much stays of what is there; None where the same is asked for."""
        former = self._former()
        if former is None or former.question == question:
            return None
        before = self._open(former.question.model)
        ranked_before = self._ranked(before, former.question)
        stays = _staying(ranked_before, former.question, (ranked, cut))
        return Overlap(former=former.told, version=former.version, stays=stays)

    def _ranked(
        self,
        opened: _Opened,
        question: "Question",
        tell: Callable[[float], None] = lambda share: None,
    ) -> "Ranked":
        """The ranking of a question, remembered: another size needs no other fit."""
        key = self._key(question, opened)
        known = self._rankings.get(key)
        if known is None:
            known = _rank(opened, question, tell)
            with self._lock:
                while len(self._rankings) >= KEPT_RANKINGS:
                    self._rankings.pop(next(iter(self._rankings)))
                self._rankings[key] = known
        return known

    @staticmethod
    def _key(question: "Question", opened: _Opened) -> Key:
        return question.model, question.attributes, opened.outlook.stamp

    def _ready(self, model: str) -> _Opened | None:
        """What was opened already and has all that the scorer reads."""
        needed = _relations_of(model)
        return next((e for e in self._opened if needed <= e.tables.keys()), None)

    def _open(self, model: str) -> _Opened:
        """What is known for a scorer, prepared where it is asked for the first time."""
        ready = self._ready(model)
        if ready is not None:
            return ready
        opened = self._prepared(model)
        with self._lock:
            self._opened = [*self._opened, opened]
        return opened

    def _prepared(self, model: str) -> _Opened:
        return _prepared(
            self._workshop, self._specification, self._folder, self._listener, model
        )

    def _reopen_where_changed(self) -> None:
        """Forget what was made of data that have changed; the next answer says so."""
        with self._reopening:
            now = stamp_of(self._workshop, self._specification)
            if all(each.outlook.stamp == now for each in self._opened):
                return
            opened = self._prepared(self._specification.scoring.model)
            with self._lock:
                self._opened, self._rankings = [opened], {}
            self._untold = (
                "The data changed since it was opened; it was opened anew.",
            )

    def _question(
        self,
        attributes: Sequence[str] | None,
        output: Output | None,
        model: str | None,
    ) -> "Question":
        """The question with what it does not say; names as the outlook has them."""
        asked = self._specification
        model = model or asked.scoring.model
        _check_model(model, asked.seed)
        names = _named(asked) if attributes is None else attributes
        return _question_of(self._names(names), output or asked.output, model)

    def _names(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        outlook = self._opened[0].outlook
        slugs = [each.slug for each in outlook.plan.attributes]
        if asked is None:
            return tuple(slugs)
        if not asked:
            raise StudioError(
                "no_columns", "the question", "names no attribute", "name one or more"
            )
        by_name = {each.column: each.slug for each in outlook.plan.attributes}
        by_name |= {slug: slug for slug in slugs}
        verdicts = {each.subject: each for each in outlook.not_proposed}
        for name in asked:
            if name in by_name:
                continue
            if name in verdicts:
                raise verdicts[name].as_error("attribute")
            raise StudioError(
                "unknown_attribute",
                f"attribute {shown(name)}",
                "is not among those that could be scored",
                suggestion(name, by_name) or f"name one of {', '.join(slugs)}",
            )
        return tuple(dict.fromkeys(by_name[name] for name in asked))

    def _former(self) -> "Former | None":
        """What stays is told of: the version in use, else the specification as it stands."""
        catalog, asked = self._workshop.catalog, self._specification
        with suppress(StudioError):
            audience = catalog.get_audience(asked.name)
            version = catalog.served_version(audience.id)
            if version is not None:
                kept = catalog.specification(
                    audience.id, version.specification_number
                ).specification
                is_alike = (kept.seed, kept.population) == (
                    asked.seed,
                    asked.population,
                )
                if is_alike:
                    return Former(
                        f"version {version.number}, by its specification and the data"
                        " as they are now",
                        self._question(_named(kept), kept.output, kept.scoring.model),
                        version.number,
                    )
        with suppress(StudioError):
            stands = self._question(None, None, None)
            return Former("the specification as it stands", stands)
        return None


# What needs the heavy rooms is imported where it is used, as everywhere in the studio.


def _prepared(
    workshop: "Workshop",
    specification: AudienceSpecification,
    folder: Path | None,
    listener: Callable[[Any], None] | None,
    model: str,
) -> _Opened:
    from orchestration.outlook import open_outlook
    from python_scoring.attribute_weights import attribute_weights
    from python_scoring.learning_rows import thinned

    scoring = specification.scoring.model_copy(update={"model": model})
    outlook = open_outlook(
        workshop,
        specification.model_copy(update={"scoring": scoring}),
        folder,
        listener=listener,
    )
    seed = outlook.tables["canonical_seed"].sort_by("person_key")
    tables = {**outlook.tables, "canonical_seed": thinned(seed, MOST_SEED)}
    weights = attribute_weights(tables, scoring.attribute_weights)
    return _Opened(outlook, tables, weights)


def stamp_of(workshop: "Workshop", specification: AudienceSpecification) -> str:
    """A cheap sign of change of the data that a specification reads."""
    from orchestration import outlook

    return outlook.stamp_of(workshop, specification)


def _is_additive(model: str) -> bool:
    from python_scoring.scorers.base import is_additive

    return is_additive(model)


def _relations_of(model: str) -> set[str]:
    from python_scoring.scorers.base import relations_of

    return set(relations_of(model))


def _check_model(model: str, seed: SeedChoice) -> None:
    """Refuse what is no scorer, and one that cannot be had or passes over what is asked."""
    from orchestration.fitting import require_extra, require_seed_known
    from python_scoring.scorers.base import SCORERS

    if model not in SCORERS:
        raise StudioError(
            "unknown_model",
            f"model {shown(model)}",
            "is not a scorer",
            suggestion(model, SCORERS) or f"choose one of {', '.join(SCORERS)}",
        )
    require_extra(model)
    require_seed_known(model, seed)


def _question_of(attributes: tuple[str, ...], output: Output, model: str) -> "Question":
    from orchestration.expectation import Question

    return Question(attributes, output, model)


def _rank(
    opened: _Opened, question: "Question", tell: Callable[[float], None]
) -> "Ranked":
    from orchestration.expectation import rank

    return rank(
        opened.tables,
        opened.weights,
        question.attributes,
        question.model,
        opened.outlook.people,
        tell,
    )


def _expected(ranked: "Ranked", question: "Question") -> "Expectation":
    from orchestration.expectation import expect

    return expect(ranked, question.output)


def _staying(
    before: "Ranked",
    former: "Question",
    later: tuple["Ranked", "Cut"],
) -> Interval | None:
    from orchestration.expectation import cut_of, staying

    cut = cut_of(before, former.output)
    return Interval.of(staying((before, cut), later))


def _named(specification: AudienceSpecification) -> list[str] | None:
    """The attributes that it names; None where it takes every eligible one."""
    if specification.attributes is None:
        return None
    return [each.attribute for each in specification.attributes]


def what_if(
    workshop: "Workshop",
    request: str,
    attributes: Sequence[str] | None = None,
    limit: Mapping[str, float] | None = None,
    model: str | None = None,
    *,
    listener: Callable[[Any], None] | None = None,
) -> Answer:
    """One answer for a file or an audience's name; `limit` as `output` has it."""
    specification, folder = read_request(workshop, request)
    output = None
    if limit:
        values = specification.model_dump(mode="json")
        output = specification_of({**values, "output": dict(limit)}).output
    with WhatIf(workshop, specification, folder, listener) as service:
        return service.answer(attributes, output, model)
