"""The job that puts a model's words in the place of extracted ones, and translates what readers ask for.

Nobody waits for it: the extracted brief is written and read first. What is due follows from the store, so a restart
loses nothing; a story that changes while the model writes keeps its extracted brief and is written again later.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.briefs.gate import ground
from bot.briefs.grounding.sources import sources_of
from bot.briefs.model.answer import Answer, Translated
from bot.briefs.model.asking import Asker
from bot.briefs.model.budget import Budget, BudgetSpent
from bot.briefs.model.choice import Choice
from bot.briefs.model.client import ModelClient
from bot.briefs.model.forbidden import Guard, agreed_domains, domains_in, guard_for
from bot.briefs.model.outcome import CallFailed
from bot.briefs.model.prompt import Prompt, to_translate, to_write
from bot.briefs.model.reading import AnswerRefused, Shown, brief_of, translation_of
from bot.briefs.model.sources import shown
from bot.models import Brief, BriefText, Refusal, Story
from bot.ports import Clock
from bot.store import Store
from bot.store.attempts import Attempt

log = structlog.get_logger(__name__)

WINDOW: Final = timedelta(hours=36)
"""How old news may be that is still worth a model's time; as far back as a daily digest looks."""
LEASE_S: Final = 900.0
SIDE_BY_SIDE: Final = 2
"""Calls at a time."""
FIRST_PAUSE: Final = timedelta(minutes=2)
"""Before a brief that failed is tried again; doubled with each failure."""
LONGEST_PAUSE: Final = timedelta(hours=6)
FOR_TRANSLATIONS: Final = 0.6
"""Of the day's tokens; whoever asks for many must not leave the writing of news without any."""
REST: Final = timedelta(minutes=10)
"""Before a brief whose story goes on is written again, times how often it was: a long story must not eat the day."""
LONGEST_REST: Final = timedelta(hours=2)
CHANGED_PAUSE: Final = timedelta(minutes=1)
"""After a story changed under the model's hands; more may be coming."""


class ModelWriter:
    """Writes and translates with one model. `learn` is told of each brief that it put new words to."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        choice: Choice,
        *,
        learn: Callable[[Brief], None] = lambda brief: None,
    ) -> None:
        self._store, self._clock, self._choice = store, clock, choice
        self._learn = learn
        self._client = ModelClient(choice)
        budget = Budget(store.spend, choice.label, choice.daily_tokens, clock)
        self._asker = Asker(choice, self._client, budget, clock)

    async def drain(self, stop: asyncio.Event | None = None) -> None:
        """Does what is due until nothing is, the day's tokens are spent, the model is down, or `stop` is set.

        A call under way when `stop` is set is broken off; its work is given back, its tokens count as spent.
        """
        workers: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._work()) for _ in range(SIDE_BY_SIDE)]
        done: asyncio.Future[Any] = asyncio.gather(*workers)
        stopping: list[asyncio.Future[Any]] = [asyncio.ensure_future(stop.wait())] if stop else []
        try:
            await asyncio.wait([done, *stopping], return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                done.result()
        finally:
            for task in (*workers, *stopping):
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            if not done.cancelled():
                done.exception()

    async def close(self) -> None:
        await self._client.close()

    async def _work(self) -> None:
        while not self._asker.is_down:
            now = self._clock.now()
            attempt = await self._store.attempts.claim_due(now, since=now - WINDOW, lease_s=LEASE_S)
            if attempt is None or not await self._try(attempt):
                return

    async def _try(self, attempt: Attempt) -> bool:
        """Does one piece of work and settles it; False when there is no use in going on."""
        try:
            await (self._translate(attempt) if attempt.language else self._write(attempt))
        except (BudgetSpent, asyncio.CancelledError) as error:
            await self._store.attempts.release(attempt)
            if isinstance(error, BudgetSpent):
                return False
            raise
        except CallFailed as failure:
            await self._failed(attempt, failure.reason)
        except Exception:
            # A defect of ours, met by one brief: loud in the log, and the others go on.
            log.exception("model.crashed", brief=attempt.brief_id, language=attempt.language)
            await self._failed(attempt, "it met a defect of Briefbot; the log has the details")
        return True

    async def _failed(self, attempt: Attempt, reason: str) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(attempt.failures, 20), LONGEST_PAUSE)
        log.warning(
            "model.failed",
            brief=attempt.brief_id,
            language=attempt.language,
            reason=reason,
            failures=attempt.failures + 1,
            pause_s=round(pause.total_seconds()),
        )
        await self._store.attempts.failed(attempt, reason, next_try_at=self._clock.now() + pause)

    async def _write(self, attempt: Attempt) -> None:
        brief = await self._store.briefs.get(attempt.brief_id, workspace=None, is_raw=True)
        story = await self._store.stories.get(brief.story_id)
        given = self._shown(story, brief.text.language)
        prompt = to_write(given.articles, given.language, mark=_mark())
        guard = self._guard(prompt, _known_domains(story))
        told = await self._asker.ask(prompt, Answer, lambda answer: self._read(answer, given, guard, story))
        text, refusals = told.value
        # The same sources, whose numbers were compared when the brief was extracted.
        text = replace(text, differs=brief.text.differs)
        written = await self._store.briefs.reword(brief, story, text, told.usage, refusals=refusals)
        if written is None:
            log.info("model.outrun", brief=brief.id, tokens=told.usage.total)
            await self._store.attempts.release(attempt, next_try_at=self._clock.now() + CHANGED_PAUSE)
            return
        self._learn(written)
        rest = min(REST * (attempt.successes + 1), LONGEST_REST)
        await self._store.attempts.succeeded(attempt, next_try_at=self._clock.now() + rest)
        log.info("brief.reworded", brief=brief.id, version=written.version, tokens=told.usage.total)

    def _read(self, answer: Answer, given: Shown, guard: Guard, story: Story) -> tuple[BriefText, tuple[Refusal, ...]]:
        """The brief that an answer holds, as far as its sources bear it out, with what they do not."""
        told = brief_of(answer, given, guard)
        held = ground(told, sources_of(told, story))
        if held.text is None:
            raise AnswerRefused("its sources do not bear it out")
        return held.text, held.refusals

    async def _translate(self, attempt: Attempt) -> None:
        brief = await self._store.briefs.get(attempt.brief_id, workspace=None, is_raw=True)
        prompt = to_translate(brief.text, attempt.language, mark=_mark())
        guard = self._guard(prompt, _domains_of(brief.text))
        told = await self._asker.ask(
            prompt,
            Translated,
            lambda answer: translation_of(answer, brief.text, attempt.language, self._choice.label, guard),
            share=FOR_TRANSLATIONS,
        )
        await self._store.translations.save(brief, attempt.language, told.value, told.usage)
        await self._store.attempts.succeeded(attempt, next_try_at=self._clock.now() + FIRST_PAUSE)
        log.info("brief.translated", brief=brief.id, language=attempt.language, tokens=told.usage.total)

    def _shown(self, story: Story, language: str) -> Shown:
        articles = shown(story.articles, language)
        ids = {article.id for article in articles}
        return Shown(
            articles=articles,
            rest=tuple(article for article in story.articles if article.id not in ids),
            language=language,
            written_by=self._choice.label,
        )

    def _guard(self, prompt: Prompt, known: frozenset[str]) -> Guard:
        return guard_for(prompt, [self._choice.key.get_secret_value()], known)


def _mark() -> str:
    return f"=====[{secrets.token_hex(12)}]====="


def _known_domains(story: Story) -> frozenset[str]:
    return agreed_domains([(one.owner, f"{one.title}\n{one.text}") for one in story.articles])


def _domains_of(text: BriefText) -> frozenset[str]:
    parts = [text.headline, text.deck, *(sentence.text for sentence in text.sentences)]
    return frozenset().union(*(domains_in(part) for part in (*parts, *(one.heading for one in text.sections))))
