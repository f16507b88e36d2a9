"""`python -m portal <command>`: what bin/portal calls."""

from portal.cli import main

main()
