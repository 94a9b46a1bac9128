"""A demo visit as HTML: what a player sees of it now, and what has moved.

The same for the app and for the page of whoever joins by link. Buttons carry ``data-do``, which the module in the
browser sends back; nothing here knows how.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import segno

from hub import drawing
from hub.call import rules
from hub.call.comparison import named, stopwatch
from hub.call.content import Answer, Passage, Person, Step, Surface, Trouble, Variant, Visits
from hub.call.rules import Counts, Done, Role, Visit, other
from hub.call.service import Room
from hub.call.surfaces import Scene, screen
from hub.html import address
from hub.language import Catalogue, Language, inside
from hub.markdown import ContentWords, Footnotes, Source

_MINUTE_S: Final = 60
_WARNED_MINUTES: Final = 5
"""Before the room closes its players are told."""


@dataclass(frozen=True)
class View:
    """What a player sees."""

    phase: rules.Phase
    stage: str
    side: str
    turn: str
    """Changes when the focus is to move to the stage's heading."""
    announce: tuple[str, ...]
    """What has happened, to be said to whoever cannot see it; what was said before is not said again."""
    name: str
    """Who the other one is."""
    trouble: str
    """The trouble that stands in the way, by id."""


class VisitReading:
    """Writes visits in one language."""

    def __init__(
        self,
        visits: Visits,
        level_names: Mapping[str, str],
        catalogue: Catalogue,
        language: Language,
        sources: Mapping[str, Source],
        source_words: ContentWords,
    ) -> None:
        """Hold what is played and the words around it."""
        self._source_words = source_words
        self._visits = visits
        self._levels = level_names
        self._catalogue = catalogue
        self._language: Language = language
        self._sources = sources

    # --- What a player sees ------------------------------------------------------------------------------------------

    def view(self, room: Room, role: Role, now: dt.datetime, base: str) -> View:
        """Return what a player sees now.

        Args:
            room: as it is now.
            role: whose view.
            now: the present moment.
            base: the address of the hub, for the link to hand over.
        """
        visit, variant = room.visit, self._variant(room)
        phase = rules.phase(visit, role)
        due = variant.steps[visit.place] if visit.next else None
        if due is None:
            stage = self._end(room, role)
        elif visit.standing:
            stage = self._standing(room, role, due)
        elif phase == "call":
            stage = self._beside_call(role)
        elif phase == "wait":
            stage = self._door(visit, role, due, variant, now)
        elif due.surface is Surface.CALL:
            stage = self._outside()
        else:
            stage = self._step(visit, role, due)
        turn = f"{visit.place}-{visit.standing}-{phase}-{visit.outside}-{len(visit.done)}"
        return View(
            phase,
            f"<p class='hub-visit-place'>{escape(self._place(room, role))}</p>{self._closing(room, now)}{stage}",
            self._side(room, role, variant, base),
            turn,
            self._announcements(visit, role, variant),
            self.person(other(role)).name,
            visit.standing,
        )

    def person(self, role: Role) -> Person:
        """Return the made-up person of a role."""
        return next(person for person in self._visits.words.people if person.role == role)

    def level_name(self, level: str) -> str:
        """Return what a level is called."""
        return self._levels[level]

    def _variant(self, room: Room) -> Variant:
        found = self._visits.levels[room.wish.level].variant(room.wish.variant)
        if found is None:
            raise LookupError(room.wish.variant)
        return found

    def _place(self, room: Room, role: Role) -> str:
        visit = room.visit
        where = self._levels[room.wish.level]
        who = self._say("You are {name}, {role}").format(
            name=self.person(role).name, role=inside(self._role(role))
        )  # fmt: skip
        if visit.ending:
            return f"{where} · {who}"
        step = self._say("Step {place} of {all}").format(place=visit.place + 1, all=len(visit.steps))
        return f"{where} · {who} · {step}"

    def _closing(self, room: Room, now: dt.datetime) -> str:
        """Say in good time that the room will close."""
        minutes = -(-int((room.until - now).total_seconds()) // _MINUTE_S)
        if room.visit.ending or minutes > _WARNED_MINUTES:
            return ""
        text = (
            self._say("The room closes in one minute. Nothing of the visit is kept.")
            if minutes <= 1
            else self._say("The room closes in {minutes} minutes. Nothing of the visit is kept.").format(
                minutes=minutes
            )
        )
        return f"<p class='hub-mock-note' role='status'>{escape(text)}</p>"

    def _role(self, role: Role) -> str:
        return self._visits.words.actors[role][self._language]

    def _announcements(self, visit: Visit, role: Role, variant: Variant) -> tuple[str, ...]:
        if visit.ending:
            return ()
        said = []
        if not visit.alone:
            name = self.person(other(role)).name
            if other(role) in visit.present:
                said.append(self._say("{name} is connected").format(name=name))
            elif visit.done:
                said.append(self._say("{name} is not connected").format(name=name))
        if recent := _recent(visit):
            said.append(self._happened(recent, variant))
        return tuple(said)

    def _happened(self, recent: Sequence[Done], variant: Variant) -> str:
        """Return what the last step of a person was, and how many followed on their own."""
        first, followed = recent[0], len(recent) - 1
        if first.trouble:
            text = self._say("{trouble}: the way round is taken.").format(
                trouble=self._trouble(first.trouble).name[self._language]
            )
        else:
            text = next(step for step in variant.steps if step.id == first.step).says[self._language]
        if followed == 1:
            return f"{text} {self._say('One step followed on its own.')}"
        if followed:
            return f"{text} {self._say('{count} steps followed on their own.').format(count=followed)}"
        return text

    # --- Steps -------------------------------------------------------------------------------------------------------

    def _step(self, visit: Visit, role: Role, due: Step) -> str:
        actor: Role = "resident" if due.actor == "resident" else "staff"
        mine = visit.plays(role, due.actor)
        says = due.says[self._language]
        scene = self._scene(visit)
        if not mine:
            waits = self._say("Waiting for {name}").format(name=self.person(actor).name)
            return (
                f"<section class='hub-screen waits' aria-labelledby='hub-now'><p class='hub-screen-bar'>{escape(waits)}</p>"
                f"<div class='hub-screen-inside'><h2 id='hub-now' data-focus tabindex='-1'>{escape(says)}</h2>"
                f"<p class='hub-muted'>{escape(self._say('Nothing for you to do just now. The page follows by itself.'))}</p></div></section>"
            )
        return self._frame(
            due,
            f"<h2 id='hub-now' data-focus tabindex='-1'>{escape(says)}</h2>{self._chair(role, actor)}{screen(scene, due)}",
            self._button("act", self._words_of(due), due.id, proxy=actor != role),
        )

    def _scene(self, visit: Visit) -> Scene:
        called = next(place for place, step in enumerate(visit.steps) if step.kind == "call")
        return Scene(self._say, self.person("resident").name, self.person("staff").name, after=visit.place > called)

    def _frame(self, due: Step, inside: str, actions: str, kind: str = "") -> str:
        name = self._visits.words.systems[due.system][self._language]
        bar = self._say("{system} – a made-up screen").format(system=name)
        return (
            f"<section class='hub-screen{f' {kind}' if kind else ''}' aria-labelledby='hub-now'>"
            f"<p class='hub-screen-bar'><span aria-hidden='true' class='hub-screen-sign'></span>{escape(bar)}</p>"
            f"<div class='hub-screen-inside'>{inside}</div><div class='hub-actions'>{actions}</div></section>"
        )

    def _chair(self, role: Role, actor: Role) -> str:
        """Say that one plays the other's step, when one does."""
        if actor == role:
            return ""
        text = self._say("{name} does this: {role}. You play alone, so you decide when.")
        return (
            f"<p class='hub-chair'>{escape(text.format(name=self.person(actor).name, role=inside(self._role(actor))))}</p>"
        )  # fmt: skip

    def _words_of(self, due: Step) -> str:
        return due.button[self._language] if due.button else self._say("Go on")

    @staticmethod
    def _button(what: str, text: str, value: str = "", *, quiet: bool = False, proxy: bool = False) -> str:
        kind = "hub-button quiet" if quiet else "hub-button other" if proxy else "hub-button"
        return f"<button type='button' class='{kind}' data-do='{what}' data-value='{escape(value)}'>{escape(text)}</button>"

    # --- The waiting room and the call -------------------------------------------------------------------------------

    def _door(self, visit: Visit, role: Role, due: Step, variant: Variant, now: dt.datetime) -> str:
        waits = self._waited(visit, now)
        actions, inside = [], [f"<h2 id='hub-now' data-focus tabindex='-1'>{escape(self._door_name(visit, role))}</h2>"]
        admit = variant.steps[next(n for n, step in enumerate(visit.steps) if step.kind == "admit")]
        if due.surface is Surface.WAITING_ROOM:  # staff, before anybody has come
            inside.append(
                f"<p>{escape(self._say('You will see here who has come, and how long they have waited.'))}</p>"
            )
            if visit.plays(role, "resident"):
                actions.append(self._button("act", self._say("Let {name} enter the waiting room").format(name=self.person("resident").name), due.id, proxy=True))  # fmt: skip
        elif visit.plays(role, "staff") and role == "staff":
            gone = "resident" in visit.players and "resident" not in visit.present
            inside.append(
                f"<ul class='hub-mock-list'><li class='chosen'><strong>{escape(self.person('resident').name)}</strong>"
                f"<span>{escape(waits)}{escape(' · ' + self._say('connection lost just now')) if gone else ''}</span></li></ul>"
            )
            actions += [
                self._button("act", self._words_of(admit), admit.id),
                self._button("refuse", self._say("Do not let in"), quiet=True),
            ]
        else:
            inside.append(
                f"<p>{escape(waits)}. {escape(self._say('Nobody sees or hears you until you are let in.'))}</p>"
            )
            if visit.plays(role, "staff"):
                actions.append(self._button("act", self._say("Let {name} admit you").format(name=self.person("staff").name), admit.id, proxy=True))  # fmt: skip
        inside.append(self._nobody_comes(role))
        return self._frame(due, "".join(inside), "".join(actions), "door")

    def _door_name(self, visit: Visit, role: Role) -> str:
        if role == "resident":
            return self._say("You are in the waiting room")
        if visit.waiting_at is None:
            return self._say("The waiting room is empty")
        return self._say("{name} is in the waiting room").format(name=self.person("resident").name)

    def _waited(self, visit: Visit, now: dt.datetime) -> str:
        since = int((now - (visit.waiting_at or now)).total_seconds()) // _MINUTE_S
        if since < 1:
            return self._say("Has just come")
        if since == 1:
            return self._say("Has waited one minute")
        return self._say("Has waited {minutes} minutes").format(minutes=since)

    def _nobody_comes(self, role: Role) -> str:
        text = (
            self._say("Stay for a few minutes after the time. Then call the clinic; its number stands in the message. The time is not lost because the technology fails.")
            if role == "resident"
            else self._say("Wait some minutes, look whether the message has been read, then call the resident. Agree on telephone or a new time, and write down why.")
        )  # fmt: skip
        return f"<details class='hub-door-help'><summary>{escape(self._say('If nobody comes'))}</summary><p>{escape(text)}</p></details>"

    def _beside_call(self, role: Role) -> str:
        """Return what stands above a call, which has its own heading."""
        if role != "staff":
            return ""
        back = self._button("back", self._say("Send back to the waiting room"), quiet=True)
        return f"<div class='hub-actions'>{back}</div>"

    def _outside(self) -> str:
        return (
            f"<section class='hub-screen' aria-labelledby='hub-now'><div class='hub-screen-inside'><h2 id='hub-now' data-focus tabindex='-1'>{escape(self._say('You have left the call'))}</h2>"
            f"<p>{escape(self._say('It goes on until {name} ends it. You can come back.').format(name=self.person('staff').name))}</p></div>"
            f"<div class='hub-actions'>{self._button('in', self._say('Come back into the call'))}</div></section>"
        )

    # --- Troubles ----------------------------------------------------------------------------------------------------

    def _standing(self, room: Room, role: Role, due: Step) -> str:
        visit = room.visit
        trouble, answer = self._trouble(visit.standing), self._answer(room.wish.level, visit.standing)
        who: Role = answer.who or "staff"
        fallback = answer.fallback[self._language] if answer.fallback else ""
        stopped = answer.outcome == "stopped"
        button = (
            self._say("Take the fallback; the video visit ends here") if stopped else self._say("Take this way round")
        )
        actions = (
            self._button("round", button, proxy=who != role)
            if visit.plays(role, who)
            else f"<p>{escape(self._say('{name} takes the way round.').format(name=self.person(who).name))}</p>"
        )
        inside = (
            f"<h2 id='hub-now' data-focus tabindex='-1'>{escape(trouble.name[self._language])}</h2>"
            f"<p>{escape(trouble.what[self._language])}</p>"
            f"<h3>{escape(self._say('What happens at this level'))}</h3><p>{escape(answer.does[self._language])}</p>"
            f"<h3>{escape(self._say('What one does instead'))}</h3><p>{escape(fallback)}</p>"
        )
        return self._frame(due, inside, actions, "trouble")

    def _trouble(self, id_: str) -> Trouble:
        return next(trouble for trouble in self._visits.words.troubles if trouble.id == id_)

    def _answer(self, level: str, trouble: str) -> Answer:
        return self._trouble(trouble).answers[level]

    def _switches(self, room: Room, visit: Visit) -> str:
        rows = []
        for trouble in self._visits.words.troubles:
            way = visit.way(trouble.id)
            if way is None:
                continue
            answer = self._answer(room.wish.level, trouble.id)
            on, met = trouble.id in visit.switched, trouble.id in visit.met
            past = not on and answer.outcome != "prevented" and self._passed(visit, way.step)
            state = ""
            if met:
                state = self._say("has happened")
            elif on and way.outcome == "prevented":
                state = f"{self._say('Cannot happen here:')} {answer.does[self._language]}"
            elif past:
                state = self._say("too late now; the step is done")
            fixed = met or past or trouble.id == visit.standing
            rows.append(
                f"<li><button type='button' class='hub-switch' data-do='trouble' data-value='{escape(trouble.id)}' aria-pressed='{str(on).lower()}'"
                f"{' disabled' if fixed else ''}>{escape(trouble.name[self._language])}</button>"
                + (f"<p class='hub-muted'>{escape(state)}</p>" if state else "")
                + "</li>"
            )
        return (
            f"<details class='hub-visit-troubles' data-keep='troubles'><summary>{escape(self._say('Switch on a trouble'))}</summary>"
            f"<p class='hub-muted'>{escape(self._say('See what the level does when something goes wrong. It happens when the visit gets there.'))}</p>"
            f"<ul class='hub-switches'>{''.join(rows)}</ul></details>"
        )

    @staticmethod
    def _passed(visit: Visit, step: str) -> bool:
        return any(one.id == step for one in visit.steps[: visit.place])

    # --- What moves --------------------------------------------------------------------------------------------------

    def _side(self, room: Room, role: Role, variant: Variant, base: str) -> str:
        visit = room.visit
        notes = Footnotes(self._source_words, "visit-source")
        parts = [
            self._share(room, role, base),
            self._moved(visit, variant, notes),
            "" if visit.ending else self._figures(rules.count(visit.done)),
            "" if visit.ending else self._switches(room, visit),
            self._trail(visit, variant),
        ]
        listed = notes.html()
        return "".join(part for part in parts if part) + (
            f"<details class='hub-visit-sources' data-keep='sources'><summary>{escape(self._say('Sources'))}</summary>{listed}</details>"
            if listed
            else ""
        )

    def _share(self, room: Room, role: Role, base: str) -> str:
        visit, them = room.visit, other(role)
        if visit.alone or visit.ending or them in visit.present:
            return ""
        link = f"{base}/besok/{room.tokens[them]}"
        code = segno.make(link, error="m").svg_inline(scale=4, border=2, dark="#1B2B2A", light="#FFFFFF")
        name = self.person(them).name
        return (
            f"<section class='hub-visit-share'><h3>{escape(self._say('Hand over the link to whoever plays {name}').format(name=name))}</h3>"
            f"<p class='hub-qr' role='img' aria-label='{escape(self._say('QR code of the link'))}'>{code}</p>"
            f"<p><code>{escape(link)}</code></p>"
            f"<p><button type='button' class='hub-button quiet' data-copies='{escape(link)}' data-done='{escape(self._say('Copied'))}'>{escape(self._say('Copy the link'))}</button></p>"
            f"<p class='hub-muted'>{escape(self._say('The link holds for this visit only. A telephone on the same network needs the hub over HTTPS to use its camera.'))}</p></section>"
        )

    def _moved(self, visit: Visit, variant: Variant, notes: Footnotes) -> str:
        """Return what has just moved: by the last step of a person, and by machines since."""
        recent = _recent(visit)
        if not recent:
            return (
                f"<section class='hub-moved'><h3>{escape(self._say('What moves'))}</h3>"
                f"<p class='hub-muted'>{escape(self._say('Here you see after each step which data pass between which systems, by which contract and on what ground.'))}</p></section>"
            )
        steps = {step.id: step for step in variant.steps}
        items, drawn = [], []
        for one in recent:
            step = steps[one.step]
            if one.trouble:
                items.append(
                    f"<li><strong>{escape(self._trouble(one.trouble).name[self._language])}</strong>: {escape(self._say('a way round, by hand'))}</li>"
                )
                continue
            if step.data:
                drawn.append(self._passage(step.data))
            items.append(f"<li>{self._told(step, notes)}</li>")
        picture = ""
        if drawn:
            made = drawing.passages(self._say("What has just moved"), drawn, words=self._say("{start} to {to}: {what}"))
            listed = "".join(f"<li>{escape(text)}</li>" for text in made.steps)
            picture = (
                f"<figure class='hub-passages'>{made.svg}</figure><ol class='hub-unseen'>{listed}</ol>"
            )  # fmt: skip
        return (
            f"<section class='hub-moved'><h3>{escape(self._say('What has just moved'))}</h3>{picture}"
            f"<ul class='hub-told'>{''.join(items)}</ul></section>"
        )

    def _passage(self, data: Passage) -> drawing.Passage:
        return drawing.Passage(self._end_of(data.start), self._end_of(data.to), data.what[self._language])

    def _end_of(self, place: object) -> str:
        words = self._visits.words
        for names in (words.systems, words.actors):
            for key, name in names.items():
                if str(key) == str(place):
                    return name[self._language]
        raise LookupError(str(place))

    def _told(self, step: Step, notes: Footnotes) -> str:
        rows = [
            (self._say("Contract"), step.contract),
            (self._say("Ground"), step.ground[self._language] if step.ground else ""),
            (self._say("Logged"), step.log[self._language] if step.log else ""),
        ]
        facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in rows if text)
        marks = "".join(notes.mark(self._sources[source]) for source in step.sources)
        if not marks:
            marks = f" <span class='hub-tag'>{escape(self._say('our simplification'))}</span>"
        wrong = "".join(f"<li>{escape(text[self._language])}</li>" for text in step.wrong)
        return (
            f"<strong>{escape(step.says[self._language])}</strong>{marks}"
            + (f"<dl class='hub-mock-rows'>{facts}</dl>" if facts else "")
            + (f"<p>{escape(self._say('What can go wrong:'))}</p><ul>{wrong}</ul>" if wrong else "")
        )

    def _figures(self, counts: Counts) -> str:
        rows = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in named(self._say, counts).items()
        )
        return f"<section><h3>{escape(self._say('So far'))}</h3><dl class='hub-tally'>{rows}</dl></section>"

    def _trail(self, visit: Visit, variant: Variant) -> str:
        if not visit.done:
            return ""
        steps = {step.id: step for step in variant.steps}
        items = "".join(f"<li>{self._trailed(one, steps[one.step])}</li>" for one in visit.done)
        return (
            f"<details class='hub-visit-trail' data-keep='trail'><summary>{escape(self._say('All steps so far'))}</summary>"
            f"<ol>{items}</ol></details>"
        )

    def _trailed(self, one: Done, step: Step) -> str:
        who = self._role(one.actor) if one.actor != "machine" else self._say("Automatic")
        text = self._trouble(one.trouble).name if one.trouble else step.says
        return f"{escape(text[self._language])} <span class='hub-muted'>{escape(who)}</span>"

    # --- Afterwards --------------------------------------------------------------------------------------------------

    def _end(self, room: Room, role: Role) -> str:
        visit = room.visit
        endings = {
            "done": (self._say("The visit is over"), self._say("This is what it took.")),
            "stopped": (
                self._say("The video visit ended early"),
                self._say("The trouble could not be gone round by video. What had been done until then counts."),
            ),
            "refused": (
                self._say("The resident was not let in"),
                self._say("Whoever is not let in is told to call the clinic, and gets a new time."),
            ),
        }
        title, lead = endings[visit.ending]
        run = rules.run_of(visit, room.wish.level, room.wish.variant)
        runs = rules.write_runs(rules.with_run(room.wish.runs, run))
        again = {
            "niva": room.wish.level,
            "start": room.wish.variant,
            "roll": other(role),
            "sallskap": "ensam" if visit.alone else "tva",
            "egna": runs,
        }
        rows = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>"
            for name, value in {
                **named(self._say, rules.count(visit.done)),
                self._say("Your stopwatch, in this demo"): stopwatch(self._say, run.seconds),
            }.items()
        )
        logged = [
            f"<li>{escape(step.log[self._language])}</li>"
            for step in self._variant(room).steps
            if step.log and any(one.step == step.id and not one.trouble for one in visit.done)
        ]
        return (
            f"<section class='hub-screen' aria-labelledby='hub-now'><div class='hub-screen-inside'><h2 id='hub-now' data-focus tabindex='-1'>{escape(title)}</h2>"
            f"<p>{escape(lead)}</p><dl class='hub-tally'>{rows}</dl>"
            + (
                f"<h3>{escape(self._say('What was logged'))}</h3><ul>{''.join(logged)}</ul>"
                f"<p class='hub-muted'>{escape(self._say('In the real systems, that is. The demo has kept nothing.'))}</p>"
                if logged
                else ""
            )
            + "</div><div class='hub-actions'>"
            f"<a class='hub-button' href='{address('/prova', egna=runs, del_='jamfor').replace('del_=', 'del=')}'>{escape(self._say('Compare the four levels'))}</a>"
            f"<a class='hub-link' href='{address('/prova', **again)}'>{escape(self._say('Play it again from the other chair'))}</a></div></section>"
        )

    def questions(self, level: str) -> tuple[str, ...]:
        """Return what to ask after having played a level."""
        return tuple(text[self._language] for text in self._visits.levels[level].questions)

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)


def _recent(visit: Visit) -> tuple[Done, ...]:
    """Return the last step of a person, and what machines have done since."""
    start = max((n for n, one in enumerate(visit.done) if one.manual), default=0)
    return visit.done[start:]
