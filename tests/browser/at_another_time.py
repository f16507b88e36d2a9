"""Runs a command of the portal, or its server, so many seconds later: -m tests.browser.at_another_time SECONDS COMMAND …

All the processes of a house that is looked at in a browser live on the same morning, whenever they are started.
"""

import sys
from datetime import timedelta

from gunicorn.app import wsgiapp

from portal import clock
from portal.cli import main as portal

COMMANDS = {"portal": portal, "gunicorn": wsgiapp.run}

if __name__ == "__main__":
    _, later, *sys.argv = sys.argv
    with clock.shifted_by(timedelta(seconds=float(later))):
        COMMANDS[sys.argv[0]]()
