"""Which language a text is in, where its source does not say."""

from __future__ import annotations

import pytest

from bot.text.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council voted on Monday to close the old bridge and to build a new one by the end of the year.", "en"),
        (
            "Officials of the port and of the railway said that they would share the cost of the new line to Osmark.",
            "en",
        ),
        (
            "Tales from the Harbour: Wie der Hafen in den letzten Jahren wuchs, was das kostet und wer es bezahlt hat.",
            "de",
        ),
        (
            "The Hague: de rechtbank van Den Haag doet in mei uitspraak in de zaak van de gemeente, zegt de griffier.",
            "nl",
        ),
        (
            "Le conseil a voté lundi la fermeture du vieux pont et la construction d'un autre avant la fin de l'année.",
            "fr",
        ),
        ("Rada miasta zagłosowała w poniedziałek za zamknięciem starego mostu i budową nowego do końca roku.", "pl"),
    ],
)
def test_language_is_told_by_the_words_themselves(text: str, language: str) -> None:
    assert language_of(text) == language
