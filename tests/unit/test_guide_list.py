"""The list of what each answer does, ``docs/guide-answers.md``: written here, and compared with the file.

Write it anew with ``python -m tests.unit.test_guide_list`` from the root of the project, then read the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from hub.guide.answers import facts
from hub.guide.content import Option, Question, Words, read_guide
from hub.guide.rules import GATES_OF, SERVED_BY, Ability, Capability, Facts, Layer, Need, choose, every_profile

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "guide-answers.md"
COMMAND = "python -m tests.unit.test_guide_list"

Fact = TypeVar("Fact", Need, Capability)

HEAD = f"""# Vad varje svar i guiden gör

Listan är gjord med `{COMMAND}` ur frågorna i `content/guide/flow.yaml`, orden i
`content/guide/words.sv.yaml` och reglerna i `hub/guide/rules.py`. Ändra den inte för hand. När frågorna, orden eller
reglerna ändras faller ett test tills listan har gjorts om, och då ska skillnaden läsas innan den sparas.

Ett faktaläge är en kombination av de tolv fakta som guiden räknar med: sex behov som är angivna eller inte, och sex
förmågor som finns, saknas eller är okända. Det blir {{profiles}} lägen. För varje faktum som ett svar avgör står det i hur
många av de lägen där det förut var annorlunda som just det faktumet, ensamt ändrat, ger ett annat mål eller en annan
start. En förmåga som är okänd räknas som att den saknas, och därför ändrar ett nej ingenting där svaret förut var okänt.
"""


def guide_list() -> str:
    content = read_guide(ROOT / "content" / "guide")
    words = content.words["sv"]
    profiles = spaced(sum(1 for _ in every_profile()))
    parts = [HEAD.format(profiles=profiles)]
    for number, question in enumerate(content.flow.questions, start=1):
        parts.append(section(number, question, words))
    return "\n".join(parts)


def section(number: int, question: Question, words: Words) -> str:
    title = words.questions[question.id].title
    lines = [
        f"## {number}. {title}",
        "",
        f"Fråga `{question.id}`" + (", flera svar får väljas." if question.several else "."),
    ]
    for id_, option in question.options.items():
        label = words.questions[question.id].options[id_].label
        lines += ["", f"**{label}** (`{id_}`)", "", *(f"- {line}" for line in effects(question, id_, option, words))]
    return "\n".join([*lines, ""])


def effects(question: Question, id_: str, option: Option, words: Words) -> Iterator[str]:
    """Yield what an answer does, a line for each thing."""
    settled = facts({question.id: (id_,)}, (question,))
    for need in in_order(Need, settled.needed):
        yield f"Behovet *{words.needs[need].name}* anges. {need_effect(need, words)} {counted(need, None)}"
    for capability in in_order(Capability, settled.can):
        yield (
            f"Förmågan *{words.capabilities[capability].name}* finns. {can_effect(capability, words)} "
            f"{counted(capability, Ability.CAN)}"
        )
    for capability in in_order(Capability, settled.cannot):
        yield (
            f"Förmågan *{words.capabilities[capability].name}* saknas. {cannot_effect(capability, words)} "
            f"{counted(capability, Ability.CANNOT)}"
        )
    for skip in option.skips:
        yield f"Frågan `{skip}` ställs inte."
    if option.group:
        yield f"Gruppen *{words.groups[option.group].name}* läggs till: dess risk och kontroll visas. Inget faktum avgörs."
    elif not (settled.needed or settled.can or settled.cannot):
        yield "Inget faktum avgörs."
    if option.alone:
        yield "Svaret utesluter de andra svaren på frågan."


def need_effect(need: Need, words: Words) -> str:
    if need is Need.EARLY_START:
        return "Det uppfylls av det som kan börja i dag, och väger varken i start eller i mål."
    return f"Det uppfylls av {listed(SERVED_BY[need], words, 'eller')}."


def can_effect(capability: Capability, words: Words) -> str:
    opened = f"Ett villkor är uppfyllt för {listed(gated_by(capability), words, 'och')}."
    if capability is Capability.CAPACITY:
        return f"{opened} Det som saknas i övrigt går att ordna."
    return opened


def cannot_effect(capability: Capability, words: Words) -> str:
    if capability is Capability.CAPACITY:
        return (
            f"{listed(gated_by(capability), words, 'och', capital=True)} stängs. "
            "Det som saknas i övrigt går inte att ordna."
        )
    return f"Ett villkor saknas för {listed(gated_by(capability), words, 'och')}, och att ordna det kräver kapacitet."


def gated_by(capability: Capability) -> Sequence[Layer]:
    return [layer for layer in Layer if capability in GATES_OF[layer]]


def listed(layers: Sequence[Layer], words: Words, joint: str, *, capital: bool = False) -> str:
    names = [f"*{words.layers[layer].name}*" for layer in layers]
    text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joint} {names[-1]}"
    return ("Lagret " if len(names) == 1 else "Lagren ") + text if capital else text


def counted(fact: Need | Capability, ability: Ability | None) -> str:
    aims, starts, of = counts(fact, ability)
    return f"Ensamt ger det ett annat mål i {spaced(aims)} och en annan start i {spaced(starts)} av {spaced(of)} lägen."


@cache
def counts(fact: Need | Capability, ability: Ability | None) -> tuple[int, int, int]:
    """Return in how many profiles a fact gives another aim, and another start, of all where it was otherwise before."""
    aims = starts = of = 0
    for before in every_profile():
        after = settled(before, fact, ability)
        if after != before:
            now, then = choose(before), choose(after)
            of += 1
            aims += now.aim != then.aim
            starts += now.start != then.start
    return aims, starts, of


def settled(profile: Facts, fact: Need | Capability, ability: Ability | None) -> Facts:
    if isinstance(fact, Need):
        return profile.needing(fact, needed=True)
    assert ability is not None
    return profile.having(fact, ability)


def in_order(kind: type[Fact], found: Iterable[Fact]) -> list[Fact]:
    held = set(found)
    return [fact for fact in kind if fact in held]


def spaced(number: int) -> str:
    """Write a number as in Swedish, with a no-break space between thousands."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def test_the_list_of_answers_is_what_the_rules_say() -> None:
    held = FILE.read_text(encoding="utf-8") if FILE.exists() else ""

    assert held == guide_list(), f"docs/guide-answers.md is not up to date: run `{COMMAND}` and read the difference"


def test_the_list_of_answers_names_every_question_and_every_answer() -> None:
    found = guide_list()

    flow = read_guide(ROOT / "content" / "guide").flow
    assert found.count("\n## ") == len(flow.questions)
    assert found.count("\n**") == sum(len(question.options) for question in flow.questions)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(guide_list(), encoding="utf-8")
