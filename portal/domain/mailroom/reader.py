"""The reader of mails as a process: takes one mail in, gives what could be read of it, and uses so much and no more."""

import pickle
import resource
import sys
from pathlib import Path
from types import ModuleType

SECONDS, MEMORY = 30, 2 * 1024**3


def _bare_packages() -> None:
    """The packages above us as bare folders: by their own beginnings they would bring the whole portal along."""
    folder = Path(__file__).resolve().parent
    for name, place in (
        ("portal.domain.mailroom", folder),
        ("portal.domain", folder.parent),
        ("portal", folder.parents[1]),
    ):
        package = ModuleType(name)
        package.__path__ = [str(place)]
        sys.modules[name] = package


def main() -> None:
    """Read the mail on the standard input; what is wrong with it ends the process and is said last."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _bare_packages()
    from portal.domain.mailroom.reading import read

    sys.stdout.buffer.write(pickle.dumps(read(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
