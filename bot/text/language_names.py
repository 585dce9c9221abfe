"""Names of the languages that feeds are most often in. Without Babel, which is loaded only where it speaks."""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    "ar": ("Arabic", "العربية"),
    "cs": ("Czech", "čeština"),
    "da": ("Danish", "dansk"),
    "de": ("German", "deutsch"),
    "el": ("Greek", "ελληνικά"),
    "en": ("English",),
    "es": ("Spanish", "español"),
    "fa": ("Persian", "farsi", "فارسی"),
    "fi": ("Finnish", "suomi"),
    "fr": ("French", "français"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hu": ("Hungarian", "magyar"),
    "id": ("Indonesian",),
    "it": ("Italian", "italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "nl": ("Dutch", "nederlands"),
    "no": ("Norwegian", "norsk"),
    "pl": ("Polish", "polski"),
    "pt": ("Portuguese", "português"),
    "ro": ("Romanian", "română"),
    "ru": ("Russian", "русский"),
    "sv": ("Swedish", "svenska"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "türkçe"),
    "uk": ("Ukrainian", "українська"),
    "vi": ("Vietnamese",),
    "zh": ("Chinese", "中文"),
}
"""By ISO 639-1 code: the name in English, and others by which people call it."""

ENGLISH_NAMES: Final = {code: names[0] for code, names in NAMES.items()}
