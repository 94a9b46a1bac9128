"""Who may do what: the table in the code against the one written out for readers, cell by cell."""

import itertools
import re

import pytest

from hub.errors import Rejected
from hub.identity.rules import Action, Relation, allowed, require
from hub.settings import ROOT
from hub.visitor import Role, Visitor

LINES = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]
HEAD, ROWS = LINES[0], {line[0]: line[1:] for line in LINES[2:] if re.fullmatch(r"[a-z]+\.[a-z]+", line[0])}


def stated(action: Action, role: Role) -> set[Relation]:
    cell = ROWS[action.value][HEAD.index(role.value) - 1]
    if cell == "all":
        return set(Relation)
    return set() if cell == "–" else {Relation(word.strip()) for word in cell.split(",")}


def test_the_table_for_readers_has_every_action_and_every_role():
    assert list(ROWS) == [action.value for action in Action]
    assert HEAD[1:] == [role.value for role in Role]
    assert all(len(cells) == len(Role) for cells in ROWS.values())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("relation", Relation)
def test_a_role_may_do_what_the_table_says_and_no_more(role, action, relation):
    by = Visitor("person:a", person_id="a", roles=frozenset({role}))

    assert allowed(by, action, [relation]) == (relation in stated(action, role))


@pytest.mark.parametrize("roles", list(itertools.combinations(Role, 2)))
def test_two_roles_together_may_do_what_either_may(roles):
    by = Visitor("person:a", roles=frozenset(roles))

    for action, relation in itertools.product(Action, Relation):
        either = any(relation in stated(action, role) for role in roles)
        assert allowed(by, action, [relation]) == either


def test_several_ways_to_stand_to_a_thing_add_up():
    by = Visitor("person:a", roles=frozenset({Role.READER}))

    assert allowed(by, Action.PLAN_EDIT, [Relation.READ_LINK, Relation.EDIT_LINK])


def test_whoever_may_not_is_stopped_and_told_whether_signing_in_could_help():
    with pytest.raises(Rejected) as caught:
        require(Visitor("browser:a"), Action.ROLE_GRANT)

    assert (caught.value.code, caught.value.facts) == ("not-allowed", {"action": "role.grant", "signed_in": False})
