"""The ground every test stands on: the database of a company as new, made once a run and laid again for each test."""

from collections.abc import Callable
from datetime import datetime, timedelta

from portal import clock
from portal.db import Base, db
from portal.domain import settings
from portal.domain.settings import Revision
from tests.factories import a_company


class Ground:
    """Lays the database of a new company: its policy by a pack, its calendar, its departments, and nothing else.

    What many tests begin with is a world: made for the first of them, laid again for the others.
    """

    def __init__(self, at: datetime):
        self.at = at
        self._laying: dict[str, str] = {}
        self._decided: dict[str, int] = {}
        self._worlds: dict[str, object] = {}
        self._known = None

    def lay(self, pack: str = "telecom") -> None:
        """The database as if nothing else had ever been in it."""
        if pack not in self._laying:
            _run(_laying([]))
            self._forget(None)
            with clock.frozen_at(self.at):
                a_company(pack)
            self._keep(pack)
        self._lay(pack)

    def world(self, name: str, make: Callable[[], object], pack: str = "telecom"):
        """What `make` gave when it was called on the ground of a new company, a minute before; it has to outlast that."""
        if name not in self._laying:
            self.lay(pack)
            with clock.shifted_by(-timedelta(minutes=1)):
                self._worlds[name] = make()
            self._keep(name)
        self._lay(name)
        return self._worlds[name]

    def _keep(self, name: str) -> None:
        """Keep a copy of every row beside its table, and the statements that bring the tables back to them."""
        db.session.rollback()
        filled = []
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            for table in Base.metadata.sorted_tables:
                if connection.execute(table.select().limit(1)).first():
                    kept = f"kept_{name}_{table.name}"
                    written = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
                    connection.exec_driver_sql(f'create table "{kept}" as select {written} from "{table.name}"')
                    filled.append(f'insert into "{table.name}" ({written}) select {written} from "{kept}"')
            self._decided[name] = hash(repr(connection.execute(db.select(Revision.__table__)).all()))
        self._laying[name] = _laying(filled)

    def _lay(self, name: str) -> None:
        _run(self._laying[name])
        self._forget(self._decided[name])

    def _forget(self, decided: int | None) -> None:
        """Revisions are known by their ids, which each test gives anew: only those that are laid may stay known."""
        caches = (settings._document, settings._policy, settings._calendar, settings._values)
        if decided and self._known == (decided, [cache.cache_info().currsize for cache in caches]):
            return
        for cache in caches:
            cache.cache_clear()
        if decided:
            settings.calendar()
            settings.company()
            settings.security()
            db.session.rollback()
            self._known = (decided, [cache.cache_info().currsize for cache in caches])


def _laying(filled: list[str]) -> str:
    """The statements that empty every table, fill these, and let ids be given from the same numbers again."""
    gone = [f'delete from "{table.name}"' for table in reversed(Base.metadata.sorted_tables)]
    if db.engine.dialect.name == "sqlite":
        # Without its end the journal may be emptied; ids are given from the highest there is.
        steps = ["pragma foreign_keys=off", "begin immediate", "delete from journal_head", *gone, *filled, "commit"]
        return "; ".join([*steps, "pragma foreign_keys=on"])
    # Truncating fifty tables takes longer than most tests; with the keys' triggers off, deleting does not.
    return "; ".join(["set local session_replication_role = replica", *gone, *filled, _numbers()])


def _numbers() -> str:
    name = "(quote_ident(schemaname) || '.' || quote_ident(sequencename))"
    with db.engine.connect() as connection:
        numbers = connection.exec_driver_sql(f"select {name}, last_value from pg_sequences").all()
    return "select " + ", ".join(f"setval('{name}', {last or 1}, {last is not None})" for name, last in numbers)


def _run(statements: str) -> None:
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.connection.driver_connection.executescript(statements)
        else:
            connection.exec_driver_sql(statements)
            connection.commit()
