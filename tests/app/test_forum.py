"""A thread of several pages, how often it is read, and an answer that has grown old."""

import datetime as dt
import os
import re
import uuid
from functools import partial

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner

from hub.bootstrap import build
from hub.clock import utc_now
from hub.forum import store
from hub.forum.rules import PAGE
from hub.forum.service import Forum, NewText, NewThread
from hub.limits import Limits
from hub.settings import read_settings
from hub.tables import forum_post
from hub.visitor import Role, Visitor
from tests.app.test_pages import shown, visit
from tests.forum_room import join

HUB = build(read_settings(os.environ))
KIM = Visitor("person:flersidig", "flersidig", name="Kim", roles=frozenset({Role.READER, Role.MEMBER}))


@pytest.fixture(scope="module")
def thread() -> str:
    """A question with one page of posts and five more, whose second is the answer."""
    join(HUB.database, {KIM.person_id: ""}, name="Kim", notices="hub")
    forum = Forum(
        HUB.database, Limits(factor=1_000), HUB.topics, utc_now, HUB.forum_content, levels=HUB.levels, populations={}
    )  # fmt: skip
    id_ = forum.start(KIM, NewThread("levels", question=True), NewText("Hur?", "Flera sidor"), uuid.uuid4().hex)
    replies = [forum.reply(KIM, id_, NewText(f"Svar {n}"), uuid.uuid4().hex) for n in range(PAGE + 4)]
    forum.accept(KIM, replies[0], uuid.uuid4().hex)
    return id_


@pytest.fixture(autouse=True)
def _as_kim(monkeypatch):
    monkeypatch.setattr("components.session._resolve", lambda: KIM)


def test_what_is_said_of_a_post_leads_back_to_its_page(thread):
    page = shown(visit("forum.py", trad=thread, efter=str(PAGE)))

    assert page.count(f"id='inlagg-{PAGE + 1}'") == 1
    assert set(re.findall(r"name='efter' value='(\d+)'", page)) == {str(PAGE)}


def test_an_answer_stands_on_top_of_every_page(thread):
    page = shown(visit("forum.py", trad=thread, efter=str(PAGE)))

    assert "Godtaget svar" in page
    assert "Gäller per" in page
    assert "Det gäller fortfarande" not in page


@pytest.fixture
def readings(monkeypatch) -> list[str]:
    """The threads that have been opened, in turn."""
    found, opens = [], Forum.open

    def noted(self, by, thread_id, *args, **more):
        found.append(thread_id)
        return opens(self, by, thread_id, *args, **more)

    monkeypatch.setattr(Forum, "open", noted)
    return found


def moved(app: AppTest, monkeypatch) -> AppTest:
    """Run the page's fragments alone, as when their topics have moved."""
    with monkeypatch.context() as patch:
        rerun = partial(RerunData, fragment_id_queue=list(app._fragment_storage._fragments))
        patch.setattr(local_script_runner, "RerunData", rerun)
        return app.run()


def test_a_thread_is_read_once_when_its_page_is_drawn(thread, readings):
    page = shown(visit("forum.py", trad=thread))

    assert page.count("id='inlagg-1'") == 1
    assert readings == [thread]


def test_the_posts_of_a_thread_that_has_moved_are_read_anew_alone(thread, readings, monkeypatch):
    app = visit("forum.py", trad=thread)
    HUB.database.write(
        lambda c: c.execute(forum_post.update().where(forum_post.c.number == 1).values(text="Hur gör ni nu?"))
    )

    moved(app, monkeypatch)

    assert readings == [thread, thread]
    assert "Hur gör ni nu?" in shown(app) and "<h1" not in shown(app)


def test_an_answer_older_than_a_year_asks_whoever_asked_to_confirm_it(thread):
    old = utc_now() - dt.timedelta(days=366)
    HUB.database.write(lambda connection: store.change_thread(connection, thread, accepted_at=old))

    page = shown(visit("forum.py", trad=thread))

    assert "Inte bekräftat sedan dess" in page
    assert "Det gäller fortfarande" in page


def test_a_list_says_how_many_have_replied_and_who_did_so_last(thread):
    page = shown(visit("forum.py"))

    assert f"{PAGE + 4} svar, senast av Kim, " in page


@pytest.mark.parametrize("order", ["", "mina", "foljda", "obesvarade"])
def test_a_choice_that_no_thread_fits_says_so_rather_than_that_there_are_none(order):
    page = shown(visit("forum.py", ordning=order, kategori="technology-and-devices", tagg="hop-out"))

    assert "Ingen tråd passar det här urvalet" in page
    assert f"<a href='/forum{'?ordning=' + order if order else ''}'>Visa alla</a>" in page


def test_a_card_asks_first_for_what_it_cannot_do_without(thread):
    page = shown(visit("forum.py", ny="kort"))
    needed, more = page.split("Mer, för den som vill göra likadant")

    assert all(f"forum-ny-{field}'" in needed for field in ("rubrik", "niva", "ar", "lage", "gjorde", "resultat"))
    assert all(f"forum-ny-{field}'" in more for field in ("video", "journal", "anvandare", "annorlunda", "kontakt"))
