"""Ten thousand writes through many kills: nothing acknowledged is lost or there twice."""

import pytest

from hub.database import Database
from tests.store.killing import look, write_and_kill


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
def test_ten_thousand_acknowledged_writes_are_there_once(request, kind):
    url = request.getfixturevalue(kind)
    database = Database(url)
    database.migrate()
    database.close()

    acknowledged, kills = write_and_kill(url, 10_000, lives=25, seed=2026)

    assert len(acknowledged) >= 10_000 and kills >= 15
    look(url, acknowledged)
