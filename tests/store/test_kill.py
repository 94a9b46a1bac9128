"""A process that is killed while it writes loses nothing it has acknowledged and leaves nothing half done."""

import pytest

from hub.database import Database
from tests.store.killing import look, write_and_kill


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_what_was_acknowledged_is_there_once_after_kills(request, kind):
    url = request.getfixturevalue(kind)
    database = Database(url)
    database.migrate()
    database.close()

    acknowledged, kills = write_and_kill(url, 500, lives=6, seed=1177)

    assert len(acknowledged) >= 500 and kills >= 4
    look(url, acknowledged)
