"""The form of a model's answer: lenient about lengths, which `reading` judges, strict about what is where. Pure."""

from __future__ import annotations

import json
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

_Text = Annotated[str, Field(max_length=4000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ToldSentence(_Part):
    text: _Text
    sources: Annotated[list[int], Field(max_length=40)]


class ToldSection(_Part):
    heading: _Text
    sentences: Annotated[list[ToldSentence], Field(max_length=20)]


class Answer(_Part):
    """A brief as the model gives it: sources are numbers of the list that it was shown, never addresses."""

    headline: _Text
    deck: _Text
    lede: Annotated[list[ToldSentence], Field(min_length=1, max_length=20)]
    sections: Annotated[list[ToldSection], Field(max_length=10)] = []


class TranslatedSection(_Part):
    heading: _Text
    sentences: Annotated[list[_Text], Field(max_length=40)]


class Translated(_Part):
    """A brief in another language, sentence for sentence."""

    headline: _Text
    deck: _Text
    lede: Annotated[list[_Text], Field(max_length=40)]
    sections: Annotated[list[TranslatedSection], Field(max_length=40)] = []


_SENTENCE: Final = {"text": "…", "sources": [1]}
ANSWER_FORM: Final = json.dumps(
    {
        "headline": "…",
        "deck": "…",
        "lede": [_SENTENCE],
        "sections": [{"heading": "…", "sentences": [_SENTENCE]}],
    },
    ensure_ascii=False,
)
"""What the model is shown of `Answer`."""
