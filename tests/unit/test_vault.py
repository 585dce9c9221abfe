"""The vault: what is sealed is unreadable, keys can be replaced, and nothing secret prints."""

from __future__ import annotations

import base64

import pytest

from bot.errors import ConfigError
from bot.vault import Vault, problem_with, split_keys

OLD, NEW = "correct horse battery staple", base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize("key", [OLD, NEW, "0123456789abcdef", "열쇠가 되는 아주 긴 문장입니다 그렇지요"])
def test_sealed_text_opens_with_its_key_only(key: str) -> None:
    sealed = Vault([key]).seal("xoxb-secret — 한국어")
    assert "xoxb" not in sealed
    assert sealed.isascii()
    assert Vault([key]).open(sealed) == "xoxb-secret — 한국어"
    assert Vault([key]).seal("x") != Vault([key]).seal("x")
    with pytest.raises(ConfigError, match="BRIEFBOT_SECRET_KEY: none of its keys opens"):
        Vault(["another passphrase of somebody"]).open(sealed)


def test_key_is_replaced_while_both_are_known() -> None:
    sealed = Vault([OLD]).seal("token")
    both = Vault(split_keys(f" {NEW} , {OLD},"))
    assert both.open(sealed) == "token"
    assert not both.is_current(sealed)
    renewed = both.renew(sealed)
    assert both.is_current(renewed)
    assert Vault([NEW]).open(renewed) == "token"
    with pytest.raises(ConfigError):
        Vault([OLD]).open(renewed)


def test_fernet_key_is_taken_as_it_is() -> None:
    from cryptography.fernet import Fernet

    assert Fernet(NEW).decrypt(Vault([NEW]).seal("token")) == b"token"


@pytest.mark.parametrize("broken", ["", "x", "gAAAAAB", "g" * 200, "한국어"])
def test_broken_text_is_named_not_raised_through(broken: str) -> None:
    with pytest.raises(ConfigError, match="BRIEFBOT_SECRET_KEY"):
        Vault([OLD]).open(broken)
    assert not Vault([OLD]).is_current(broken)


@pytest.mark.parametrize(
    ("key", "problem"), [("short", "16 characters"), ("a" * 40, "too few characters"), (OLD, ""), ("", "16 characters")]
)
def test_key_that_is_easy_to_guess_is_refused(key: str, problem: str) -> None:
    said = problem_with(key)
    assert problem in said if problem else said == ""
    if problem:
        with pytest.raises(ConfigError, match="BRIEFBOT_SECRET_KEY") as caught:
            Vault([OLD, key])
        assert OLD not in str(caught.value)


def test_nothing_secret_prints() -> None:
    assert repr(Vault([OLD, NEW])) == "<Vault of 2 keys>"
    with pytest.raises(ConfigError, match="BRIEFBOT_SECRET_KEY is not set"):
        Vault([])
