"""What the check of device and connection says: the steps, each verdict, what it means and what to do about it."""

from collections.abc import Callable, Mapping
from typing import Final

Say = Callable[[str], str]

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "device": ("secure", "camera", "microphone", "speaker"),
    "connection": ("socket", "udp", "relay", "echo", "quality"),
}
"""The steps in the order they are taken, by what they look at."""


def check_words(say: Say) -> dict[str, object]:
    """Return every text of the check, for the page and for its script.

    Args:
        say: gives a text in the visitor's language.
    """
    return {
        "groups": {"device": say("This device"), "connection": say("The connection")},
        "states": {
            "waiting": say("Waiting"),
            "running": say("Checking"),
            "well": say("Works"),
            "remark": say("Works, with a remark"),
            "failed": say("Does not work"),
            "skipped": say("Not checked"),
        },
        "steps": _steps(say),
        "verdicts": _verdicts(say),
        "faults": _faults(say),
        "devices": {
            "camera": {"the": say("the camera"), "bare": say("camera")},
            "microphone": {"the": say("the microphone"), "bare": say("microphone")},
        },
        "summary": _summary(say),
        "page": _page(say),
        "report": _report(say),
    }


def _steps(say: Say) -> dict[str, dict[str, str]]:
    return {
        "secure": {
            "name": say("Secure address"),
            "about": say("Browsers lend camera and microphone to secure addresses only."),
            "running": say("Looking at the address."),
            "again": say("Check the address again"),
        },
        "camera": {
            "name": say("Camera"),
            "about": say("Whether it starts, and whether the picture can be seen. You see it yourself."),
            "running": say("If the browser asks whether the page may use your camera and microphone: allow it."),
            "again": say("Check the camera again"),
        },
        "microphone": {
            "name": say("Microphone"),
            "about": say("Whether it hears you. You are asked to say something."),
            "running": say("Say a few words, and see the bar rise."),
            "again": say("Check the microphone again"),
        },
        "speaker": {
            "name": say("Loudspeaker"),
            "about": say("Three tones are played, and you say whether you heard them."),
            "running": say("Three tones are played now."),
            "again": say("Play the tones again"),
        },
        "socket": {
            "name": say("Contact with the server"),
            "about": say("Whether messages go to and fro without delay (WebSocket)."),
            "running": say("Sending messages to and fro."),
            "again": say("Check the contact again"),
        },
        "udp": {
            "name": say("Direct path for picture and sound"),
            "about": say("Whether the network lets picture and sound through the quickest way (UDP)."),
            "running": say("Looking for a path; it takes at most ten seconds."),
            "again": say("Check the direct path again"),
        },
        "relay": {
            "name": say("Way round by a relay"),
            "about": say("Whether there is a way round where the direct path is closed (TURN)."),
            "running": say("Looking for the way round; it takes at most ten seconds."),
            "again": say("Check the way round again"),
        },
        "echo": {
            "name": say("There and back"),
            "about": say(
                "Your picture and sound go to the server and come back, so that you see what others will see."
            ),
            "running": say("Waiting for your picture and sound to come back."),
            "again": say("Try there and back again"),
        },
        "quality": {
            "name": say("Quality for ten seconds"),
            "about": say("Whether picture and sound arrive whole and in time, and on whose side it falters if not."),
            "running": say("Measuring for ten seconds."),
            "again": say("Measure the quality again"),
        },
    }


def _told(says: str, *todo: str) -> dict[str, object]:
    return {"says": says, "todo": list(todo)}


def _verdicts(say: Say) -> dict[str, dict[str, dict[str, object]]]:
    """Return what a verdict means and what to do, by step and code."""
    later = say("Wait a minute, and check again.")
    other_network = say("Try another network, such as sharing the connection of your telephone.")
    to_it = say("On a work network: send the report below to your IT department.")
    offline = _told(say("This device has no connection just now."), say("Connect to a network, and check again."))
    silent_server = _told(
        say("The server does not answer."), say("Check again in a while. If it remains, try another network.")
    )
    often = _told(say("Many checks have been made from here in a short while."), later)
    full = _told(say("All places for checks are taken just now. It says nothing of your connection."), later)
    refused = _told(
        say("The server refused the attempt. The fault is most likely ours."),
        say("Check again. If it remains, tell whoever runs the hub."),
    )
    no_calls = _told(
        say("This browser has no calls, or they have been switched off in it."),
        say("Use a newer browser: Chrome, Edge, Firefox or Safari."),
        say("On a work computer: ask the IT department whether WebRTC has been switched off."),
    )
    shared = {"offline": offline, "no-server": silent_server, "often": often, "full": full, "refused": refused}
    return {
        "all": {"stopped": _told(say("The check was stopped before this."))},
        "secure": {
            "ok": _told(say("The address is secure.")),
            "insecure": _told(
                say("The address is not secure, so the browser lends the page neither camera nor microphone."),
                say("Open the page by an address that begins with https."),
                say("Whoever runs the hub can read below what is needed."),
            ),
        },
        "camera": {
            "ok": _told(say("The camera starts and gives a picture.")),
            "dark": _told(
                say("The camera starts, but the picture is black."),
                say("Look for a cover or a slider in front of the lens."),
                say("Turn on a light, or turn towards the window."),
            ),
            "no-picture": _told(
                say("The camera starts, but no picture comes."),
                say("Unplug the camera and plug it in again, or restart the computer."),
                say("Choose another camera, if there is one."),
            ),
        },
        "microphone": {
            "ok": _told(say("The microphone hears you.")),
            "silent": _told(
                say("The microphone is on, but nothing was heard. That is no fault if you said nothing."),
                say("Look for a mute button on the headset, the keyboard or the cable."),
                say("Choose another microphone in the list, and say a few words."),
                say("Raise the input volume in the settings of the device."),
            ),
        },
        "speaker": {
            "ok": _told(say("You heard the tones.")),
            "unheard": _told(
                say("You did not hear the tones, so you would not hear the other person."),
                say("Raise the volume, and see that the sound is not muted."),
                say("See whether the sound goes to headphones or a screen, and choose another loudspeaker."),
            ),
            "unanswered": _told(say("You have not said whether you heard the tones.")),
            "mute": _told(
                say("The browser could not play the tones."),
                say("Connect headphones or a loudspeaker, and play them again."),
            ),
        },
        "socket": {
            "ok": _told(say("Messages go to and fro without delay.")),
            "slow": _told(
                say("Messages come through, but slowly."),
                say("Move closer to the router or use a cable, and let downloads finish."),
            ),
            "blocked": _told(
                say("Pages come through, but not live messages. Most often a filter in the network stops them."),
                other_network,
                to_it,
            ),
            **shared,
        },
        "udp": {
            "ok": _told(say("Picture and sound can go the quickest way.")),
            "way-round": _told(
                say(
                    "The direct path is closed, but the way round by the relay works. Picture and sound may lag a little."
                )
            ),
            "blocked": _told(
                say("The network does not let picture and sound through. Most often a firewall stops UDP."),
                other_network,
                say("Turn off a VPN, if you use one and may."),
                to_it,
            ),
            "no-calls": no_calls,
            **shared,
        },
        "relay": {
            "ok": _told(say("The way round works, so the visit works even where the direct path is closed.")),
            "none": _told(say("None is set up here. It is needed only where the direct path is closed.")),
            "blocked": _told(say("The relay was not reached, or it refused."), other_network, to_it),
            "no-calls": no_calls,
            **shared,
        },
        "echo": {
            "ok": _told(say("Your picture and sound came back from the server.")),
            "picture-only": _told(say("Your picture came back from the server.")),
            "sound-only": _told(say("Your sound came back from the server.")),
            "no-sound": _told(
                say("Your picture came back, but not your sound."), say("Try there and back again."), to_it
            ),
            "no-picture": _told(
                say("Your sound came back, but not your picture."),
                say("Close programs that take much of the computer's power, and try again."),
                to_it,
            ),
            "nothing": _told(
                say("There is nothing to send, since neither camera nor microphone opened."),
                say("Mend the camera or the microphone first."),
            ),
            "no-path": _told(say("No path to the server was found above."), say("Mend the connection first.")),
            "blocked": _told(say("A path was found, but picture and sound did not come back."), other_network, to_it),
            "no-calls": no_calls,
            **shared,
        },
        "quality": {**_quality(say, other_network), "often": often, "full": full},
    }


def _quality(say: Say, other_network: str) -> dict[str, dict[str, object]]:
    closer = say("Move closer to the router, or use a cable.")
    quiet = say("Let others on the same network wait with films and large files.")
    without = say("Turn the camera off during the visit, if it falters; the sound then has more room.")
    return {
        "ok": _told(say("Picture and sound arrive whole and in time.")),
        "fair": _told(say("Picture and sound arrive, but falter now and then."), closer, quiet),
        "fair-up": _told(
            say("What you send falters now and then, on the way from you; what you receive is good."), closer, quiet
        ),
        "fair-down": _told(
            say("What you receive falters now and then, on the way to you; what you send is good."), closer, quiet
        ),
        "poor": _told(
            say("Picture and sound falter so much that a conversation is hard."), closer, other_network, without
        ),
        "poor-up": _told(
            say("What you send falters so much that others find it hard to hear and see you. It is on the way from you."),
            closer, other_network, without,
        ),
        "poor-down": _told(
            say("What you receive falters so much that you find it hard to hear and see others. It is on the way to you."),
            closer, other_network, quiet,
        ),
        "unmeasured": _told(say("There was nothing to measure, since nothing came back from the server.")),
    }  # fmt: skip


def _faults(say: Say) -> dict[str, dict[str, object]]:
    """Return what a device that did not open means; the names of the device are put in by the script."""
    again = say("Then check again.")
    other_browser = say("If it does not help: try another browser.")
    work = say("On a work computer the IT department may have decided this; send them the report below.")
    return {
        "denied": _told(
            say("The browser has been told not to let this page use {the}."),
            say("Press the sign beside the address of the page, and allow {the} for it."),
            say("On iPhone and iPad: open Settings, find the browser, and allow {the}."),
            again,
        ),
        "dismissed": _told(
            say("The browser's question about {the} was closed without an answer."),
            say("Check again, and choose to allow."),
        ),
        "system": _told(
            say("The browser itself may not use {the}: the settings of the device say no."),
            say("Windows: Settings, Privacy and security. Let desktop apps use {the}."),
            say("Mac: System Settings, Privacy and Security. Let the browser use {the}."),
            say("Telephone: Settings, Apps, the browser, Permissions. Allow {the}."),
            say("Then close the browser, open it and check again."),
            work,
        ),
        "policy": _told(
            say("A rule of the browser or of the organisation forbids the page to use {the}."),
            say("Open the page in a window of its own, and not inside another page."),
            work,
        ),
        "missing": _told(
            say("No {bare} was found."),
            say("Connect one, or switch on the one there is: some have a key or a slider of their own."),
            say("See that it is not switched off in the settings of the device."),
            again,
        ),
        "busy": _told(
            say("There is a {bare}, but it does not start. Most often another program is using it."),
            say("Close Teams, Zoom and other programs and tabs that use {the}."),
            say("Unplug it and plug it in again, or restart the computer."),
            again,
        ),
        "gone": _told(
            say("The {bare} that was chosen is no longer connected."),
            say("Choose another in the list, or connect it again."),
        ),
        "insecure": _told(
            say("The browser lends {the} to secure addresses only, and this is not one."),
            say("Open the page by an address that begins with https."),
        ),
        "aborted": _told(
            say("Something interrupted {the} while it was starting."),
            say("Check again. If it happens again, restart the device."),
        ),
        "unknown": _told(
            say("{the} did not start, and the browser does not say why."),
            say("Close the browser, open it and check again."),
            other_browser,
        ),
    }


def _summary(say: Say) -> dict[str, str]:
    """Return the one sentence on top, by what decides it."""
    return {
        "running": say("The check is under way."),
        "well": say("A video visit will work from here."),
        "remark": say("A video visit will work from here, but there is something to look at first."),
        "partly": say("What was checked works, but not everything was checked."),
        "stopped": say("The check was stopped, so it cannot say whether a video visit will work."),
        "insecure": say("A video visit will not work at this address, because it is not secure."),
        "no-server": say("A video visit will not work now, because there is no contact with the server."),
        "no-messages": say("A video visit will not work on this network, because it stops live messages."),
        "no-path": say("A video visit will not work on this network, because picture and sound do not come through."),
        "no-calls": say("A video visit will not work in this browser."),
        "no-devices": say("A video visit will not work yet: you would be neither seen nor heard."),
        "no-voice": say("A video visit will not work yet: you would be seen but not heard."),
        "no-sound": say("A video visit will not work yet: you would not hear the other person."),
        "no-picture": say("A video visit will work, but without a picture of you."),
        "poor": say("A video visit will be hard from here: picture and sound falter too much."),
        "look": say("Look at:"),
        "counts": say("{well} of {all} steps work."),
    }


def _page(say: Say) -> dict[str, str]:
    return {
        "start": say("Start the check"),
        "restart": say("Check everything again"),
        "stop": say("Stop"),
        "todo": say("What to do"),
        "step_done": say("{step}: {state}."),
        "choose_camera": say("Choose camera"),
        "choose_microphone": say("Choose microphone"),
        "choose_speaker": say("Choose loudspeaker"),
        "camera_number": say("Camera {number}"),
        "microphone_number": say("Microphone {number}"),
        "speaker_number": say("Loudspeaker {number}"),
        "own_picture": say("The picture of your camera"),
        "echo_picture": say("Your picture, back from the server"),
        "level": say("How loud the microphone hears you"),
        "heard": say("Did you hear three tones?"),
        "yes": say("Yes, I heard them"),
        "no": say("No"),
        "play": say("Play again"),
        "skip": say("Skip"),
        "hear_yourself": say("Let me hear myself too (use headphones, or it may howl)"),
        "off": say("Camera and microphone are off again."),
        "copied": say("Copied"),
        "not_copied": say("The browser did not let it be copied. The text is marked instead: press Ctrl and C."),
    }


def _report(say: Say) -> dict[str, object]:
    return {
        "title": say("Check of device and connection for video visits"),
        "made": say("Made"),
        "browser": say("Browser"),
        "system": say("System"),
        "other": say("another"),
        "outcome": say("Outcome"),
        "measured": say("Measured"),
        "answer_time": say("Answer time of the server"),
        "path": say("Path of picture and sound"),
        "direct": say("direct ({protocol})"),
        "relayed": say("by relay ({protocol})"),
        "loss": say("Lost packets"),
        "delay": say("Delay there and back"),
        "jitter": say("Uneven arrival (jitter)"),
        "fps": say("Pictures a second"),
        "freezes": say("Frozen pictures in ten seconds"),
        "unknown": say("not measured"),
        "below": say("below {number}{unit}"),
        "between": say("{low}–{high}{unit}"),
        "above": say("{number}{unit} or more"),
        "needs_title": say("What a video visit needs of the network"),
        "needs": [
            say("HTTPS and WebSocket (port 443) to the address of the service, without a filter that breaks them up."),
            say(
                "UDP from this device to the server and to the other person, or else a relay (TURN), at best on port 443."
            ),
            say("Camera and microphone allowed for the address of the service, where the organisation decides that."),
        ],
        "free": say("The report holds no addresses, and no names or numbers of devices."),
    }
