"""Commands of the portal: find, call, say. `bin/portal --help` lists them."""

import click
from flask.cli import AppGroup

portal = AppGroup("portal", help="What runs the portal.")


@portal.command("migrate")
def migrate():
    """Bring the database to this version of the portal."""
    from flask_migrate import upgrade

    upgrade()
    click.echo("database: up to date")


def main() -> None:
    """`bin/portal <command>`: the commands above, with an application around them."""
    from portal.app import create_app

    app = create_app()
    with app.app_context():
        portal.main(prog_name="portal", obj=None, standalone_mode=True)


if __name__ == "__main__":
    main()
