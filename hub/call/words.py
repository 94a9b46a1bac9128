"""What the call itself says in the browser; everything around it is drawn by the server."""

from collections.abc import Callable

Say = Callable[[str], str]


def call_words(say: Say) -> dict[str, object]:
    """Return every text of ``web/assets/call.js`` by name, in the language that ``say`` speaks."""
    return {
        **_meeting(say),
        **_devices(say),
        **_chat(say),
        **_contact(say),
    }


def _meeting(say: Say) -> dict[str, object]:
    return {
        "with": say("Call with {name}"),
        "other": say("the other person"),
        "you": say("You"),
        "self": say("Your own picture"),
        "their_picture": say("Picture of {name}"),
        "their_screen": say("The screen of {name}"),
        "before": say("Your picture and sound"),
        "before_help": say("This is how you look and sound. Nobody else sees or hears you yet."),
        "controls": say("In the call"),
        "view": say("Settings for the call"),
        "waiting": say("Waiting for {name}"),
        "waiting_help": say(
            "There is no contact with {name} just now. The call goes on by itself as soon as there is."
        ),
        "connecting": say("Connecting"),
        "connected": say("Connected"),
        "broken": say("Broken, trying again"),
        "broken_help": say("The call has lost its connection. Nothing needs to be done; it is being sought again."),
        "no_call": say("The call could not begin"),
        "slow": say(
            "It is taking longer than usual. Some networks let no video through. Try another network, such as the one of your telephone."
        ),
        "sound_on": say("Turn on the sound"),
        "sound_blocked": say("The browser has kept the sound off. Press “Turn on the sound”."),
        "captions": say("Captions"),
        "captions_on": say("Captions are shown."),
        "captions_off": say("Captions are not shown."),
        "large": say("Larger text and buttons"),
        "full": say("Full screen"),
        "leave": say("Leave the call"),
        "leave_now": say("Leave at once"),
        "parting": say("Your camera and microphone are off. The other says goodbye."),
        "left": say("You have left the call."),
        "note_before": say("Nothing is recorded or stored."),
        "note_person": say("Picture and sound go straight between the two of you. Nothing is recorded or stored."),
        "note_clip": say(
            "The one you see is a recording. Your picture and sound stay in this browser, and nothing is stored."
        ),
        "states": {
            "camera": {"on": say("{name} has turned on the camera."), "off": say("{name} has the camera off.")},
            "microphone": {
                "on": say("{name} has turned on the microphone."),
                "off": say("{name} has the microphone off."),
            },
            "screen": {"on": say("{name} is sharing a screen."), "off": say("{name} no longer shares a screen.")},
        },
        "quality": {
            "good": say("Good quality."),
            "fair": say("Fair quality."),
            "poor": say("Poor quality."),
            "up": say("The other may have trouble seeing and hearing you."),
            "down": say("What you see and hear may falter."),
            "both": say("Picture and sound may falter."),
            "advice": say("Turn off the camera for a while, or move closer to the router."),
        },
    }


def _devices(say: Say) -> dict[str, object]:
    return {
        "microphone_do_off": say("Turn off the microphone"),
        "microphone_do_on": say("Turn on the microphone"),
        "camera_do_off": say("Turn off the camera"),
        "camera_do_on": say("Turn on the camera"),
        "microphone_off": say("Microphone off"),
        "camera_off": say("Camera off"),
        "opening": say("Opening …"),
        "own": {
            "camera": {"on": say("Your camera is on."), "off": say("Your camera is off.")},
            "microphone": {"on": say("Your microphone is on."), "off": say("Your microphone is off.")},
            "screen": {"on": say("You are sharing your screen."), "off": say("You no longer share your screen.")},
        },
        "share": say("Share your screen"),
        "share_end": say("Stop sharing"),
        "share_failed": say("The screen could not be shared. The computer may not allow the browser to show it."),
        "you_share": say("You are sharing your screen"),
        "shares_screen": say("shares a screen"),
        "ask": say("The browser asks you before it lends the camera and the microphone. Choose Allow."),
        "ask_do": say("Turn on camera and microphone"),
        "devices": say("Camera and sound"),
        "camera": say("Camera"),
        "microphone": say("Microphone"),
        "speaker": say("Loudspeaker"),
        "device": say("Device {number}"),
        "device_none": say("None found"),
        "level": say("Say something: the bar moves when you are heard."),
        "test_sound": say("Play a test sound"),
        "test_sounding": say("Playing three tones …"),
        "test_sounded": say("Three tones have been played. If you heard nothing, turn up the volume."),
        "test_silent": say("The sound could not be played."),
        "done": say("Done"),
        "close": say("Close"),
        "again": say("Try again"),
        "go_on": say("Go on without"),
        "faults": {
            "camera": say("The camera cannot be used."),
            "microphone": say("The microphone cannot be used."),
            "both": say("The camera and the microphone cannot be used."),
            "denied": say(
                "It is not allowed. Press the sign beside the page’s address, choose Allow, and try again. Some computers ask in their own settings too."
            ),
            "missing": say("None was found. Connect one and try again."),
            "busy": say("Another program is probably using it, such as Teams or Zoom. Close that and try again."),
            "gone": say("It is no longer connected. Connect it again, or choose another."),
            "insecure": say("The browser lends it only to pages whose address begins with https."),
            "aborted": say("It started and stopped again. Try again."),
            "unknown": say("It did not start. Try again, or restart the browser."),
        },
        "without": {
            "camera": say("You can go on without it: you are heard but not seen."),
            "microphone": say("You can go on without it: write in the chat instead of speaking."),
            "both": say("You can go on without them: you see and hear the other, and write in the chat."),
        },
    }


def _chat(say: Say) -> dict[str, object]:
    return {
        "chat": say("Chat"),
        "chat_log": say("Messages"),
        "chat_none": say("Nothing has been written yet. What is written is gone when the call ends."),
        "chat_field": say("Write a message"),
        "chat_send": say("Send"),
        "chat_new": say("Message from {name}: {text}"),
        "chat_unsent": say("The message could not be sent. It is still in the field; try again soon."),
        "unread_one": say(", 1 unread"),
        "unread": say(", {count} unread"),
    }


def _contact(say: Say) -> dict[str, object]:
    return {
        "contact_lost": say("No contact with the server, trying again."),
        "contact_none": say("The server does not answer. Check your own connection and try again."),
        "contact_back": say("There is contact with the server again."),
        "not_sent": say("There is no contact with the server, so nothing was done. Try again soon."),
        "ends": {
            "gone": say("This visit is over"),
            "gone_help": say("The link no longer leads anywhere. Begin a new visit."),
            "time": say("The time is up"),
            "time_help": say("A visit in the demo has a time limit, and it has been reached."),
            "elsewhere": say("The visit goes on in another window"),
            "elsewhere_help": say("It was opened there with the same link. This window can be closed."),
        },
    }
