"""Every way to a plan by every role, through the service: what the table says is what happens, and nothing else."""

import datetime as dt
from collections.abc import Callable

import pytest

from hub.errors import NotFound, Rejected
from hub.identity.rules import Action, Relation, allowed
from hub.limits import Limits
from hub.live import Topics
from hub.plan.items import Basis, NewItem, ServiceBasis, State, read_key
from hub.plan.service import Access, Plans
from hub.tables import person
from hub.visitor import Role, Visitor

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
KEY = "k" * 22
BASIS = Basis("v", (ServiceBasis("", "", "", {}, {"o": NewItem("Punkt", origin="o")}),))
KEEPER = Visitor("person:keeper", "keeper", roles=frozenset({Role.READER, Role.MEMBER}))
EDITOR = Visitor("person:speaker", "speaker", roles=frozenset({Role.EDITOR}), region="M")

CALLS: dict[str, tuple[Action, Callable[[Plans, Visitor, Access, str, str], object]]] = {
    "open": (Action.PLAN_READ, lambda p, by, a, item, c: p.open(by, a)),
    "history": (Action.PLAN_READ, lambda p, by, a, item, c: p.history(by, a)),
    "look": (Action.PLAN_READ, lambda p, by, a, item, c: (by.signed_in and p.look(by, a)) or p.open(by, a)),
    "add_item": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.add_item(by, a, NewItem("Ny"), c)),
    "add_items": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.add_items(by, a, [NewItem("Ny")], c)),
    "change_item": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.change_item(by, a, item, 1, NewItem("Ny"), c)),
    "set_state": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.set_state(by, a, item, State.DONE, c)),
    "move_item": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.move_item(by, a, item, 1, c)),
    "remove_item": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.remove_item(by, a, item, c)),
    "answer": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.answer(by, a, "", "v=1&s1=", c)),
    "accept": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.accept(by, a, BASIS, c)),
    "write_notes": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.write_notes(by, a, 1, "Ord", c)),
    "write_texts": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.write_texts(by, a, {}, {"officer": "Kim"}, c)),
    "rename": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.rename(by, a, "T", "Ny titel", c)),
    "set_stage": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.set_stage(by, a, "order", c)),
    "ask_help": (Action.PLAN_EDIT, lambda p, by, a, item, c: p.ask_help(by, a, "Mer hjälp", c)),
    "comment": (Action.PLAN_COMMENT, lambda p, by, a, item, c: p.comment(by, a, item, "Ord", c)),
    "claim": (Action.PLAN_CLAIM, lambda p, by, a, item, c: p.claim(by, a, c)),
    "publish": (Action.PLAN_PUBLISH, lambda p, by, a, item, c: p.publish(by, a, c, shown=True)),
    "renew_links": (Action.PLAN_LINKS, lambda p, by, a, item, c: p.renew_links(by, a, "n" * 22, c)),
    "delete": (Action.PLAN_DELETE, lambda p, by, a, item, c: p.delete(by, a, c)),
}


def test_every_write_of_the_service_is_among_the_calls():
    beside = {"create", "mine", "deleted", "board", "news", "restore", "undo", "remove_comment"}
    methods = {name for name in vars(Plans) if not name.startswith("_")}

    assert methods - beside == set(CALLS)


def visitor(role: Role, relation: Relation) -> Visitor:
    """Somebody of this role who stands to the plan in this way, and in no other unless the role brings it."""
    if role is Role.READER:
        return Visitor("browser:1")
    person_id = "keeper" if relation is Relation.OWN else "someone"
    region = {Relation.REGION: "M"}.get(relation, "AB") if role is Role.EDITOR else ""
    return Visitor(f"person:{person_id}", person_id, roles=frozenset({Role.READER, Role.MEMBER, role}), region=region)


@pytest.fixture
def plans(database) -> Plans:
    with database._engine.begin() as connection:
        for who in ("keeper", "someone", "speaker"):
            connection.execute(
                person.insert().values(
                    id=who, issuer="test", subject=who, name=who, region="", organisation="", role_words="",
                    shown="name", language="sv", notices="none", rules_version=1, created_at=NOW, version=1,
                )
            )  # fmt: skip
    return Plans(database, Limits(factor=1_000), Topics(), lambda: NOW, readers_may_create=True)


@pytest.mark.parametrize("relation", list(Relation))
@pytest.mark.parametrize("role", list(Role))
def test_each_call_does_what_the_table_says(plans, role, relation):
    by = visitor(role, relation)
    key = {Relation.EDIT_LINK: KEY, Relation.READ_LINK: read_key(KEY)}.get(relation, "")
    outcomes, expected = {}, {}
    for number, (name, (action, call)) in enumerate(CALLS.items()):
        made = plans.create(
            KEEPER, title="T", language="sv", guide="", basis=BASIS, command_id=f"create-{number}", key=KEY
        )
        regional = Access(made.plan_id, KEY)
        if relation is Relation.REGION:
            plans.claim(EDITOR, regional, f"claim-it-{number}")
        if relation is Relation.HELP:
            plans.ask_help(KEEPER, Access(made.plan_id), "Hjälp", f"ask-for-{number}")
        item = plans.open(KEEPER, Access(made.plan_id)).items[0].id
        standing = {relation}
        if relation is Relation.OWN and role is Role.READER:
            standing = set()  # somebody who has not signed in owns nothing
        if relation is Relation.REGION and role is not Role.EDITOR:
            standing = set()
        try:
            call(plans, by, Access(made.plan_id, key), item, f"forged-{number}")
            outcomes[name] = "done"
        except NotFound:
            outcomes[name] = "hidden"
        except Rejected as error:
            outcomes[name] = error.code
        if not allowed(by, Action.PLAN_READ, standing):
            expected[name] = "hidden"
        else:
            expected[name] = "done" if allowed(by, action, standing) else "not-allowed"

    assert outcomes == expected


def test_only_those_who_give_support_see_who_asks(plans):
    made = plans.create(KEEPER, title="T", language="sv", guide="", basis=BASIS, command_id="create-it", key=KEY)
    plans.ask_help(KEEPER, made, "Hjälp", "ask-for-it")
    seen = {role for role in Role if plans.board(visitor(role, Relation.OTHER)).asking}

    assert seen == {Role.COACH, Role.ADMINISTRATOR}
