"""Commands of the portal: find, call, say. `bin/portal --help` lists them."""

import click
from flask.cli import AppGroup

from portal.domain.policy import PACKS

portal = AppGroup("portal", help="What runs the portal.")


@portal.command("migrate")
def migrate():
    """Bring the database to this version of the portal."""
    from flask_migrate import upgrade

    upgrade()
    click.echo("database: up to date")


@portal.command("worker")
@click.option("--once", is_flag=True, help="Do what there is to do, then end.")
def worker(once):
    """Deliver letters, make documents, remind of deadlines, sweep up; until it is told to end."""
    from flask import current_app

    from portal.worker import Worker

    app = current_app._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]
    Worker(app).run(once)


@portal.command("deliver")
def deliver():
    """Deliver the letters that are due now, and say what became of them."""
    from flask import current_app

    from portal.mail import PostOffice

    done = PostOffice(current_app.extensions["portal"]).deliver(limit=10_000)
    click.echo(", ".join(f"{state} {count}" for state, count in sorted(done.items())) or "nothing was due")


@portal.command("late")
def late():
    """Name the tickets that are past a promise, the longest first."""
    from portal.domain.tickets.deadlines import late_tickets

    rows = late_tickets()
    for ticket in rows:
        click.echo(f"{ticket.number}  {ticket.due_code}  due {ticket.due_at:%Y-%m-%d %H:%M} UTC  {ticket.subject}")
    click.echo(f"{len(rows)} late")


@portal.group("figures")
def figures():
    """The figures of quality supervision."""


@figures.command("rebuild")
def figures_rebuild():
    """Reckon anew what the figures count of every ticket; closed months keep their snapshots."""
    from portal.domain.quality import facts

    click.echo(f"{facts.rebuild()} tickets")


@portal.command("doors")
def doors():
    """Name every way into the portal: method, address, permission, and the roles that have it."""
    from flask import current_app

    from portal.access.doors import listed

    app = current_app._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]
    for line in listed(app):
        click.echo(line)


@portal.group("audit")
def audit():
    """The journal."""


@audit.command("verify")
def audit_verify():
    """Walk the whole chain of the journal; ends with 1 and a line for whatever is wrong."""
    from portal.domain import journal

    _report(journal.verify(), "the journal is whole")


@portal.group("files")
def files():
    """The attachments."""


@files.command("verify")
def files_verify():
    """Read every kept file; ends with 1 and a line for whatever is missing or changed."""
    from flask import current_app

    from portal.domain import files as kept

    _report(kept.verify(current_app.extensions["files"]), "every file is there and unchanged")


@files.command("sweep")
@click.option("--hours", default=24, show_default=True, help="Only files older than this.")
def files_sweep(hours):
    """Remove files that no row speaks of: what a crash left behind."""
    from flask import current_app

    from portal.domain import files as kept

    click.echo(f"{kept.sweep(current_app.extensions['files'], hours * 3600)} removed")


def _report(wrong: list[str], otherwise: str) -> None:
    """Say what is wrong, a line each, and end with 1; or that all is well."""
    for line in wrong:
        click.echo(line)
    if wrong:
        raise SystemExit(1)
    click.echo(otherwise)


@portal.command("demo")
@click.option("--pack", type=click.Choice(PACKS), default=PACKS[0], show_default=True, help="Whose company it is.")
def demo(pack: str):
    """Fill an empty portal with the demo world of a policy pack; does nothing to one that is set up."""
    from portal.db import db
    from portal.demo import world
    from portal.domain import settings

    if settings.company().is_set_up:
        db.session.rollback()
        click.echo("demo world: there is a company already, nothing was changed")
        return
    click.echo("demo world: a company is living through its year, about a minute …")
    number = world.fill(pack, say=lambda line: click.echo(f"demo world: {line}"))
    click.echo(f"demo world: {number} tickets")


@portal.command("set-up-link")
def set_up_link():
    """Print the one-time link that sets up a new portal; an older one ends."""
    from flask import current_app

    from portal.db import transaction
    from portal.domain import installation

    if installation.is_set_up():
        click.echo("This portal is set up already.")
        return
    with transaction():
        secret = installation.new_link()
    click.echo(f"Set up your portal: {current_app.extensions['portal'].base_url}/set-up/{secret}")


def main() -> None:
    """`bin/portal <command>`: the commands above, with an application around them."""
    from portal.app import create_app

    app = create_app()
    with app.app_context():
        portal.main(prog_name="portal", obj=None, standalone_mode=True)
