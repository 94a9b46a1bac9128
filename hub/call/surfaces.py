"""The screens that a demo visit is played on: of our own design, with made-up people, and never like a real system.

Each screen is the inside of a frame that says whose it is and that it is made up; the button that does the step stands
below it. No screen has a field for a personal number, and nobody proves who they are: one chooses a made-up person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from hub.call.content import Step, Surface

Say = Callable[[str], str]


@dataclass(frozen=True)
class Scene:
    """What the screens of one visit are filled with."""

    say: Say
    resident: str
    """The name of the made-up resident."""
    staff: str
    after: bool
    """Whether the call is over, so that what is booked and written concerns the follow-up."""

    @property
    def time(self) -> str:
        """The made-up time, inside a sentence."""
        return self.say("in three weeks at 10.00") if self.after else self.say("tomorrow at 10.00")

    @property
    def kind(self) -> str:
        """The type of the time."""
        return self.say("Visit at the clinic") if self.after else self.say("Video")

    @property
    def link(self) -> str:
        """The made-up link to the visit; example.org belongs to nobody."""
        return "https://video.example.org/m/4821"


def screen(scene: Scene, step: Step) -> str:
    """Return what a step's screen shows, above its button."""
    return _SCREENS[step.surface](scene)


def _rows(*rows: tuple[str, str]) -> str:
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in rows)
    return f"<dl class='hub-mock-rows'>{items}</dl>"


def _calendar(scene: Scene) -> str:
    say = scene.say
    hours = ("09.00", "10.00", "11.00")
    slots = "".join(
        f"<li{' class=chosen' if hour == '10.00' else ''}><span>{hour}</span> "
        f"<span>{escape(scene.resident if hour == '10.00' else say('free'))}</span></li>"
        for hour in hours
    )
    return f"<ol class='hub-mock-slots'>{slots}</ol>" + _rows(
        (say("Resident"), scene.resident),
        (say("Time"), scene.time),
        (say("Type of time"), scene.kind),
    )


def _case(scene: Scene) -> str:
    say = scene.say
    if scene.after:
        return f"<div class='hub-mock-paper'><p>{escape(_follow_up(scene))}</p></div>"
    return (
        f"<p class='hub-mock-source'>{escape(say('The link, from the video service:'))} <code>{escape(scene.link)}</code></p>"
        f"<div class='hub-mock-paper'><p>{escape(say('Hello. You have a time for a video visit tomorrow at 10.00. Join by the link below. If it does not work, call the clinic.'))}</p>"
        f"<p><label for='hub-mock-link'>{escape(say('Link to the visit'))}</label> <input id='hub-mock-link' class='hub-field' autocomplete='off' maxlength='80'>"
        f"<button type='button' class='hub-plainbutton' data-fills='hub-mock-link' data-text='{escape(scene.link)}'>{escape(say('Paste the link by hand'))}</button></p></div>"
    )


def _follow_up(scene: Scene) -> str:
    return scene.say(
        "Thank you for the visit. You have a new time, in three weeks at 10.00, at the clinic. Call if you cannot come."
    )


def _templates(scene: Scene) -> str:
    say = scene.say
    return _rows((say("Resident"), scene.resident)) + _list(
        (say("Video visit, with link"), ""), (say("Test results"), ""), (say("Time at the clinic"), "")
    )


def _made_link(scene: Scene) -> str:
    say = scene.say
    return _rows((say("Visit"), f"{scene.resident}, {scene.time}"), (say("Link"), scene.link))


def _entrance(scene: Scene) -> str:
    say = scene.say
    return _list((say("Entrance for visits without a booked time"), say("closed")))


def _list(*rows: tuple[str, str]) -> str:
    """Return a list of which the first is chosen."""
    items = "".join(
        f"<li class='chosen'><strong>{escape(name)}</strong><span>{escape(about)}</span></li>"
        if place == 0
        else f"<li><span>{escape(name)}</span><span>{escape(about)}</span></li>"
        for place, (name, about) in enumerate(rows)
    )
    return f"<ul class='hub-mock-list'>{items}</ul>"


def _people(scene: Scene, name: str) -> str:
    return (
        f"<p>{escape(scene.say('Here one would prove who one is. In the demo you choose a made-up person instead.'))}</p>"
        f"<p class='hub-mock-person'><span aria-hidden='true'></span>{escape(name)}</p>"
    )


def _staff_login(scene: Scene) -> str:
    return _people(scene, scene.staff)


def _login(scene: Scene) -> str:
    return _people(scene, scene.resident)


def _service_login(scene: Scene) -> str:
    return (
        f"<p class='hub-mock-note'>{escape(scene.say('This is the video service’s own login. The one on 1177 does not count here.'))}</p>"
        + _people(scene, scene.resident)
    )


def _notice(scene: Scene) -> str:
    say = scene.say
    return (
        f"<div class='hub-mock-phone'><p class='hub-muted'>{escape(say('Text message or e-mail'))}</p>"
        f"<p>{escape(say('You have something new on 1177. Log in to read it.'))}</p></div>"
        f"<p class='hub-muted'>{escape(say('A notice says nothing about care: whoever else sees the telephone learns nothing.'))}</p>"
    )


def _inbox(scene: Scene) -> str:
    say = scene.say
    text = (
        _follow_up(scene)
        if scene.after
        else say(
            "You have a time for a video visit tomorrow at 10.00. Join by the link. If it does not work, call the clinic."
        )
    )
    return (
        _list(
            (say("Your new time") if scene.after else say("Your video visit"), say("The clinic · new")),
            (say("Your prescription is renewed"), say("The clinic · read")),
        )
        + f"<div class='hub-mock-paper'><p>{escape(text)}</p></div>"
    )


def _booked(scene: Scene) -> str:
    say = scene.say
    time = say("In three weeks at 10.00") if scene.after else say("Tomorrow at 10.00")
    kind = scene.kind if scene.after else say("Video visit")
    return f"<div class='hub-mock-time'><strong>{escape(time)}</strong><span>{escape(kind)} · {escape(scene.staff)}</span></div>"


def _free_times(scene: Scene) -> str:
    say = scene.say
    return _list((say("Tomorrow at 10.00"), say("Video visit")), (say("Tomorrow at 11.00"), say("Visit at the clinic")))


def _services(scene: Scene) -> str:
    say = scene.say
    return _list((say("Video visit"), ""), (say("Renew a prescription"), ""), (say("Contact the clinic"), ""))


def _waiting_room(scene: Scene) -> str:
    say = scene.say
    return (
        f"<p>{escape(say('Behind this door you wait until you are let in. Nobody sees or hears you before that.'))}</p>"
        f"<p><a class='hub-link' href='/kontroll' target='_blank'>{escape(say('Check camera, sound and connection first'))}</a></p>"
    )


def _note(scene: Scene) -> str:
    say = scene.say
    return _rows(
        (say("Resident"), scene.resident),
        (say("Form of contact"), say("Video visit")),
        (say("Note"), say("(written here in the real record; the demo keeps nothing)")),
        (say("Follow-up"), say("new time, message or nothing, as agreed")),
    )


def _nothing(_scene: Scene) -> str:
    return ""


_SCREENS: Mapping[Surface, Callable[[Scene], str]] = {
    Surface.CALENDAR: _calendar,
    Surface.CASE: _case,
    Surface.STAFF_LOGIN: _staff_login,
    Surface.TEMPLATES: _templates,
    Surface.MADE_LINK: _made_link,
    Surface.ENTRANCE: _entrance,
    Surface.FREE_TIMES: _free_times,
    Surface.NOTICE: _notice,
    Surface.LOGIN: _login,
    Surface.INBOX: _inbox,
    Surface.BOOKED_TIMES: _booked,
    Surface.SERVICES: _services,
    Surface.SERVICE_LOGIN: _service_login,
    Surface.WAITING_ROOM: _waiting_room,
    Surface.ADMIT: _nothing,
    Surface.CALL: _nothing,
    Surface.NOTE: _note,
    Surface.MACHINE: _nothing,
}
