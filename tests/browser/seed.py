"""What stands in the database of the browser tests from the start: one plan, at an address known beforehand."""

import datetime as dt
from pathlib import Path

from hub.bootstrap import build
from hub.database import Database
from hub.guide.answers import read_link
from hub.handover import plan_basis
from hub.plan import store
from hub.plan.items import Comment, Plan, digest, read_key
from hub.settings import read_settings

PLAN_ID = "provpanen2"
PLAN_KEY = "prov-nyckel-som-alla-testerna-har"
NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


def seed(var: Path, guide: dict[str, str]) -> None:
    """Write the plan into the database of a server that has not yet started."""
    hub = build(read_settings({"HUB_VAR": str(var.parent / "seed")}))
    found = read_link(guide, hub.guide.flow)
    basis = plan_basis(hub, hub.plan_words["sv"], found.services, hub.step_stages)
    kept = basis.kept()
    # One thing was otherwise then, so that the page says what has changed since.
    kept["services"][0]["start"] = "En tidigare start"
    database = Database(f"sqlite:///{var / 'hub.sqlite'}")
    database.migrate()

    def work(connection: store.Connection) -> None:
        plan = Plan(
            id=PLAN_ID, channel="__provkanal-prov-1__-_", title="Akuten 2027", language="sv", region="",
            owner="", guide="&".join(f"{name}={value}" for name, value in guide.items()), basis=kept,
            texts={"officer": "Kim Lind"}, notes="Möte **tisdag** om avtalet.", notes_version=1, stage="agreements",
            stage_at=NOW, published=False, asks_help="Vi väntar på besked om uthoppet", asks_help_at=NOW, version=1,
            created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        store.add(connection, plan, edit_hash=digest(PLAN_KEY), read_hash=digest(read_key(PLAN_KEY)))
        items = [item for service in basis.services for item in service.items.values()]
        store.add_items(
            connection, PLAN_ID, [(f"provpunkt{n}", n * 1_024, item) for n, item in enumerate(items, start=1)]
        )
        store.add_comment(connection, PLAN_ID, Comment("provord1", "provpunkt1", "", "", False, "Klart *i dag*?", NOW))
        store.note(connection, PLAN_ID, at=NOW, by="", by_name="", kind="create")
        before = {"text": items[0].text, "state": "open", "stage": items[0].stage, "owner_role": "", "due_on": None}
        store.note(
            connection, PLAN_ID, at=NOW, by="", by_name="", kind="item.change", item_id="provpunkt1",
            before=before, after={**before, "text": "Omskrivet", "state": "done"},
        )  # fmt: skip

    database.write(work)
    database.close()
