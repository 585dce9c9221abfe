"""Which addresses of files get the token of a workspace."""

from __future__ import annotations

import pytest

from adapters.slack.files import is_with_slack

SLACK, GOV, OWN = "https://slack.com/api/", "https://slack-gov.com/api/", "http://127.0.0.1:8/api/"


@pytest.mark.parametrize(
    ("address", "api", "is_so"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.opml", SLACK, True),
        ("https://slack-files.com/files-pri/T1-F1/a.opml", SLACK, True),
        ("https://FILES.SLACK.COM/a", SLACK, True),
        ("https://files.slack-gov.com/a", GOV, True),
        ("https://files.slack-gov.com/a", SLACK, False),
        ("http://127.0.0.1:8/files-pri/a", OWN, True),
        ("http://127.0.0.1:9/files-pri/a", OWN, False),
        ("http://files.slack.com/a", SLACK, False),
        ("https://slack.com.evil.example/a", SLACK, False),
        ("https://evilslack.com/a", SLACK, False),
        ("https://files.slack.com@evil.example/a", SLACK, False),
        ("https://evil.example/files.slack.com", SLACK, False),
        ("https://files.slack.com:x/a", SLACK, False),
        ("https://[files.slack.com/a", SLACK, False),
        ("/files-pri/a", SLACK, False),
        ("", SLACK, False),
    ],
)
def test_address_is_slacks_own(address: str, api: str, is_so: bool) -> None:
    assert is_with_slack({"url_private_download": address}, api) is is_so
    assert not is_with_slack({"url_private_download": address, "is_external": True}, api)
