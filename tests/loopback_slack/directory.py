"""The methods that tell who is who: the token's own identity, people, groups and the workspace."""

from __future__ import annotations

from tests.loopback_slack.calls import Asked, Handler, Refused
from tests.loopback_slack.world import Json


def auth_test(asked: Asked) -> Json:
    team = asked.team
    return {
        "ok": True,
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": "briefbot",
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": asked.token.org is not None,
    }


def teams(asked: Asked) -> Json:
    org = asked.token.org
    given = org.given if org else [asked.team]
    return {"ok": True, "teams": [{"id": one.id, "name": one.name} for one in given], "response_metadata": {}}


def user_info(asked: Asked) -> Json:
    asked.need("users:read")
    return {"ok": True, "user": asked.person().to_json(with_locale=asked.flag("include_locale"))}


def users(asked: Asked) -> Json:
    asked.need("users:read")
    people = list(asked.team.people.values())
    page = people[: int(asked.text("limit") or 1000)]
    return {"ok": True, "members": [one.to_json() for one in page], "response_metadata": {"next_cursor": ""}}


def groups(asked: Asked) -> Json:
    asked.need("usergroups:read")
    hidden = set() if asked.flag("include_users") else {"users"}
    kept = [group for group in asked.team.groups if not group["date_delete"] or asked.flag("include_disabled")]
    return {"ok": True, "usergroups": [{k: v for k, v in group.items() if k not in hidden} for group in kept]}


def group_users(asked: Asked) -> Json:
    asked.need("usergroups:read")
    wanted = asked.must("usergroup")
    found = next((group for group in asked.team.groups if group["id"] == wanted), None)
    if found is None:
        raise Refused("no_such_subteam")
    return {"ok": True, "users": list(found["users"])}


def team_info(asked: Asked) -> Json:
    asked.need("team:read")
    team = asked.team
    return {"ok": True, "team": {"id": team.id, "name": team.name, "domain": team.domain, "icon": {}}}


METHODS: dict[str, Handler] = {
    "auth.teams.list": teams,
    "auth.test": auth_test,
    "users.info": user_info,
    "users.list": users,
    "usergroups.list": groups,
    "usergroups.users.list": group_users,
    "team.info": team_info,
}
