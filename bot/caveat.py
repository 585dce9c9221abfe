"""The AI-content caveat, in the reader's language; no document about a brief exists without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CAVEATS: Final[dict[str, str]] = {
    "en": "AI-generated summary of the sources named here. It may contain errors; check the original sources.",
    "ko": "여기에 밝힌 출처를 바탕으로 AI가 생성한 요약입니다. 오류가 있을 수 있으니 원문을 확인하세요.",
    "ja": "ここに示した出典をもとにAIが生成した要約です。誤りを含むことがあるため、元の記事を確認してください。",
    "de": "KI-generierte Zusammenfassung der hier genannten Quellen. Sie kann Fehler enthalten; bitte die Originalquellen prüfen.",
    "fr": "Résumé généré par IA à partir des sources citées ici. Il peut contenir des erreurs ; vérifiez les sources d’origine.",
    "es": "Resumen generado por IA a partir de las fuentes aquí citadas. Puede contener errores; consulta las fuentes originales.",
    "pt": "Resumo gerado por IA a partir das fontes aqui citadas. Pode conter erros; confira as fontes originais.",
    "zh": "本摘要由人工智能根据此处所列来源生成，可能有误，请以原始报道为准。",
}
"""By two-letter code. No text holds a character that a platform escapes, so each can be looked for as it stands."""

NOTE_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Caveat:
    """The caveat of a document: our words, and after them those an admin added. Made by `caveat_for` only."""

    text: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.text not in CAVEATS.values():
            raise ValueError("a caveat with words of somebody's own; use caveat_for()")


def caveat_for(language: str, note: str = "") -> Caveat:
    """The caveat in this language (two-letter code, a region is ignored), English where we have none."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return Caveat(CAVEATS.get(code, CAVEATS["en"]), " ".join(note.split())[:NOTE_LIMIT])
