"""Every command of `briefbot`, with its arguments; what each does is in the module beside this one that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import bot
from bot.cli.later import later
from bot.errors import UsageError

# A second of imports that `--help` does not need: each module is loaded when a command first uses it.
if TYPE_CHECKING:
    from bot.cli import asking, correcting, keeping, living, operating, reading, running, showcase, showing, trying
else:
    asking, correcting, keeping, living, operating, reading, running, showcase, showing, trying = (
        later(f"bot.cli.{name}")
        for name in (
            "asking",
            "correcting",
            "keeping",
            "living",
            "operating",
            "reading",
            "running",
            "showcase",
            "showing",
            "trying",
        )
    )

app = typer.Typer(
    help="News briefings with their sources named: many feeds in, one digest a day out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, and nothing else there.")]
InWorkspace = Annotated[
    str, typer.Option("--workspace", metavar="PLATFORM:ID", help="discord:ID, slack:ID or console:local.")
]
OnPlatform = Annotated[str, typer.Option("--platform", metavar="NAME", help="console, discord or slack.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"briefbot {bot.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and out.")
    ] = False,
) -> None:
    """News briefings with their sources named: many feeds in, one digest a day out."""


@app.command()
def demo(
    feed: Annotated[
        list[str] | None, typer.Option("--feed", metavar="URL", help="A real feed instead of the samples; may repeat.")
    ] = None,
) -> None:
    """Today's digest from sample feeds: no network, token or server. On a terminal, then a prompt for /brief."""
    showcase.demo(tuple(feed or ()))


@app.command()
def run(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PART", help="ingest, schedule, or a platform; may repeat.")
    ] = None,
    shards: Annotated[
        str, typer.Option("--shards", metavar="FIRST-LAST/ALL", help="Discord's shards of this process: 0-3/16.")
    ] = "",
) -> None:
    """The bot: every platform whose tokens are set (none: the console), feeds and schedule."""
    overrides = {"discord_shards": shards} if shards else {}
    running.launch(lambda settings: operating.run(settings, frozenset(only or ()), shards=shards), **overrides)


@app.command("import")
def import_(file: Annotated[str, typer.Argument(help="JSON lines; - for stdin.")], json: AsJson = False) -> None:
    """Takes in articles as JSON lines: url, title, text, publisher, language, published_at."""
    running.launch(lambda settings: reading.import_articles(settings, file, as_json=json))


@app.command("add-brief")
def add_brief(
    files: Annotated[list[str], typer.Argument(metavar="FILE …", help=".jsonl, .md or .txt; - for stdin.")],
    json: AsJson = False,
) -> None:
    """Takes in briefs written elsewhere."""
    running.launch(lambda settings: reading.add_briefs(settings, files, as_json=json))


@app.command()
def poll(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL …]", help="These; none: all that are due.")] = None,
    json: AsJson = False,
) -> None:
    """Polls the sources that are due, or these feeds; then groups and writes.

    A new feed among these becomes a source of all workspaces once it was read. Exit 1 when one of these failed, or all
    of those that were due.
    """
    running.launch(lambda settings: reading.poll(settings, urls or [], as_json=json))


@app.command()
def stories(json: AsJson = False) -> None:
    """Each story with its articles and its brief."""
    running.launch(lambda settings: showing.stories(settings, as_json=json))


@app.command()
def brief(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="For instance b12.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every brief.")] = False,
    version: Annotated[int, typer.Option("--version", metavar="N", help="As it was then.")] = 0,
    json: AsJson = False,
) -> None:
    """One brief whole with its versions, one of these, or all briefs."""
    running.launch(lambda settings: showing.briefs(settings, id_, every=all_, version=version, as_json=json))


@app.command()
def correct(
    id_: Annotated[str, typer.Argument(metavar="ID", help="For instance b12.")],
    headline: Annotated[str, typer.Option(help="The new headline.")] = "",
    deck: Annotated[str, typer.Option(help="The new summary below it; none takes it away.")] = "",
    lede: Annotated[str, typer.Option(help="The new opening paragraph.")] = "",
    note: Annotated[str, typer.Option(help="What changed and why; readers see it.")] = "",
    without: Annotated[int, typer.Option(metavar="N", help="Written again without the source of this number.")] = 0,
    drop: Annotated[bool, typer.Option("--drop", help="Takes the correction or the retraction back.")] = False,
) -> None:
    """Corrects a brief in every workspace; what was posted is edited by the bot that runs."""
    given = {"headline": headline, "deck": deck, "lede": lede, "note": note, "without": str(without or "")}
    values = {"brief": id_, **given, "undo": "drop" if drop else ""}
    running.launch(lambda settings: correcting.give(settings, "brief-admin correct", values))


@app.command()
def retract(
    id_: Annotated[str, typer.Argument(metavar="ID", help="For instance b12.")],
    reason: Annotated[str, typer.Argument(help="Why; readers see it.")],
) -> None:
    """Retracts a brief in every workspace; what was posted is edited by the bot that runs."""
    values = {"brief": id_, "reason": reason}
    running.launch(lambda settings: correcting.give(settings, "brief-admin retract", values))


# `-without` begins like an option; what is none is a word.
@app.command(context_settings={"ignore_unknown_options": True})
def search(
    query: Annotated[str, typer.Argument(help='Words, "a phrase", -without.')],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 10,
    json: AsJson = False,
) -> None:
    """Finds briefs, best first."""
    running.launch(lambda settings: showing.search(settings, query, limit=limit, as_json=json))


@app.command("try")
def try_(
    command: Annotated[str, typer.Argument(metavar="COMMAND", help='As typed in chat: "/brief latest".')],
    as_: Annotated[str, typer.Option("--as", metavar="ROLE", help="admin or member.")] = "member",
    workspace: InWorkspace = "console:local",
    platform: OnPlatform = "",
    json: AsJson = False,
) -> None:
    """Runs one chat command as that person there."""
    request = asking.Request(command=command, role=as_, workspace=workspace, platform=platform)
    running.launch(lambda settings: asking.try_command(settings, request, as_json=json))


@app.command()
def preview(
    digest: Annotated[str, typer.Argument(help="Its id, d1, or its name.")],
    platform: OnPlatform = "",
    workspace: InWorkspace = "console:local",
    json: AsJson = False,
) -> None:
    """The messages of today's edition of a digest, unsent."""
    running.launch(lambda settings: asking.preview(settings, digest, workspace, platform, as_json=json))


@app.command()
def check(
    sources: Annotated[bool, typer.Option("--sources", help="Instead: read every followed feed once.")] = False,
    catalogue: Annotated[bool, typer.Option("--catalogue", help="The feeds of the catalogue as well.")] = False,
    alive: Annotated[bool, typer.Option("--alive", help="Instead: is the bot of this machine at work? Quick.")] = False,
    json: AsJson = False,
) -> None:
    """What is configured, what is missing for which feature, whether the store is sound. Exit 1 when it is not."""
    if alive and (sources or catalogue):
        raise UsageError("--alive looks at no source", allowed="--alive, or --sources and --catalogue")
    if alive:
        running.launch(lambda settings: living.check(settings, as_json=json))
    elif sources or catalogue:
        running.launch(lambda settings: trying.check_sources(settings, with_catalogue=catalogue, as_json=json))
    else:
        running.launch(lambda settings: operating.check(settings, as_json=json))


@app.command()
def migrate(
    while_running: Annotated[
        bool,
        typer.Option("--while-running", help="Also while processes of an older version run; they stop by themselves."),
    ] = False,
) -> None:
    """Brings the database to this version. Refused while processes of an older version run."""
    running.launch(lambda settings: operating.migrate(settings, while_running=while_running))


@app.command("copy-store")
def copy_store(
    to: Annotated[
        str,
        typer.Option("--to", metavar="URL", envvar="BRIEFBOT_COPY_TO", help="An empty PostgreSQL database."),
    ],
) -> None:
    """Copies everything from the SQLite file to PostgreSQL and checks its counts. Stop the bot first."""
    running.launch(lambda settings: operating.copy_store(settings, to))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; only its owner may read it.")],
) -> None:
    """Copies the SQLite store into one file and checks it; the bot may go on meanwhile."""
    running.launch(lambda settings: keeping.backup(settings, file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote, of this or an earlier version.")],
    force: Annotated[bool, typer.Option("--force", help="There is a store; it is kept under another name.")] = False,
    post_due: Annotated[
        bool, typer.Option("--post-due", help="Post what was due since the back-up; otherwise it is skipped.")
    ] = False,
) -> None:
    """Puts a back-up in the place of the SQLite store, and brings it to this version. Stop the bot first."""
    running.launch(lambda settings: keeping.restore(settings, file, is_forced=force, posts_due=post_due))


@app.command("pass-over")
def pass_over() -> None:
    """After `pg_restore`: skips what may have been posted since the back-up was made. Stop the bot first."""
    running.launch(keeping.pass_over_due)


@app.command("discord-invite")
def discord_invite(
    application: Annotated[
        int | None, typer.Argument(metavar="[APPLICATION ID]", help="None: asked of Discord with DISCORD_TOKEN.")
    ] = None,
) -> None:
    """The link that adds the bot to a Discord server, with exactly the permissions it needs."""
    running.launch(lambda settings: operating.discord_invite(settings, application))


@app.command("slack-manifest")
def slack_manifest(
    http: Annotated[
        str, typer.Option("--http", metavar="URL", help="HTTP mode at this https:// address, not Socket Mode.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="As one line of JSON, without the reasons.")] = False,
) -> None:
    """The manifest of the Slack app, to paste at api.slack.com/apps: every permission with why it is asked for."""
    overrides = {"public_url": http} if http else {}
    running.launch(lambda settings: operating.slack_manifest(settings, as_json=json), **overrides)


@app.command()
def export(
    workspace: InWorkspace = "console:local",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file instead of stdout.")] = None,
    digest: Annotated[str, typer.Option("--digest", help="What this digest told, instead.")] = "",
    format_: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Of a digest: rss, atom, jsonfeed, markdown or html.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="JSON and OPML into this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replaces files of all data that are there already.")] = False,
) -> None:
    """All data of a workspace as JSON; its sources as OPML too; or what a digest told, which replaces an older file."""
    wanted = asking.Export(workspace=workspace, output=output, folder=out, digest=digest, form=format_, is_forced=force)
    running.launch(lambda settings: asking.export(settings, wanted))
