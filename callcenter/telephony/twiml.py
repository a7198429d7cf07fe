"""What the line does next, in the carrier's markup (TwiML), built with the twilio helper."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, Say, VoiceResponse

from callcenter.domain.spoken import say_digits
from callcenter.policy import Line


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Sentences to say, and how."""

    lines: Sequence[str]
    slow: bool = False  # longer pauses between sentences, at a natural pace
    loud: bool = False  # the louder voice
    pause: int = 0  # seconds of silence that end an answer; 0: as the line has it


def ask(line: Line, speech: Speech, answer_url: str) -> str:
    """Says the lines and waits for a key or words; silence comes to the same address, empty."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        num_digits=1,
        timeout=line.answer_seconds + (4 if speech.slow else 0),
        speech_timeout=str(speech.pause or line.pause_seconds),
        language=line.hears,
        hints=line.hints,
        action=answer_url,
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, line, speech)
    response.append(gather)
    response.redirect(answer_url, method="POST")  # a gather that fails must not end in silence
    return str(response)


def relay(line: Line, greeting: str, socket_url: str, after_url: str) -> str:
    """The talk goes as text over a socket (ConversationRelay), whose end is told to `after_url`.

    The voice is named as in <Say>, provider first (Google.cmn-CN-...).
    """
    provider, _, voice = line.voice.partition(".")
    response = VoiceResponse()
    connect = response.connect(action=after_url, method="POST")
    connect.conversation_relay(
        url=socket_url,
        welcome_greeting=aloud(greeting),
        welcome_greeting_interruptible="any",
        interruptible="any",
        dtmf_detection=True,
        tts_provider=provider,
        voice=voice,
        tts_language=line.language,
        transcription_language=line.hears,
        hints=line.hints,
    )
    return str(response)


def hang_up(line: Line, speech: Speech) -> str:
    """Says the lines and ends the call."""
    response = VoiceResponse()
    _say(response, line, speech)
    response.hangup()
    return str(response)


def put_through(
    line: Line, speech: Speech, whispers: Mapping[str, str], done_url: str, seconds: int
) -> str:
    """Says the lines, then rings all numbers at once; who presses the accept key gets the call.

    `whispers` has for every number the address of what is said to whoever picks up there.
    """
    response = VoiceResponse()
    _say(response, line, speech)
    if whispers:
        dial = Dial(action=done_url, method="POST", timeout=seconds)
        for number, whisper_url in whispers.items():
            dial.number(number, url=whisper_url, method="POST")
        response.append(dial)
    response.redirect(done_url, method="POST")
    return str(response)


def hold(line: Line, speech: Speech, answer_url: str, seconds: int) -> str:
    """Says the lines to somebody who waits; a key, words or their absence come to the address."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        num_digits=1,
        timeout=seconds,
        speech_timeout=str(line.pause_seconds),
        language=line.hears,
        hints=line.hints,
        action=answer_url,
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, line, speech)
    response.append(gather)
    response.redirect(answer_url, method="POST")
    return str(response)


def room(name: str, *, left_url: str, event_url: str, holds: bool = False) -> str:
    """Joins the room of that name, where everybody hears everybody.

    The room ends with whoever `holds` it. Each leaving is told to `event_url`; a call that is still
    there when it has left the room goes on at `left_url`.
    """
    response = VoiceResponse()
    dial = Dial(action=left_url, method="POST")
    dial.conference(
        name,
        start_conference_on_enter=True,
        end_conference_on_exit=holds,
        beep=False,
        status_callback=event_url,
        status_callback_method="POST",
        status_callback_event="leave",
    )
    response.append(dial)
    return str(response)


def accept(line: Line, words: str, answer_url: str) -> str:
    """Asks the one who picked up for a key; without it the line goes back to ringing others."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=10, action=answer_url, method="POST")
    _say(gather, line, Speech(lines=[words]))
    response.append(gather)
    response.hangup()
    return str(response)


def join() -> str:
    """Nothing more to say: the two are connected."""
    return str(VoiceResponse())


NUMBERS = re.compile(r"(?<!\d)(?:110|119|120|12345|12349|12356|96110|\+?\d{7,15})(?![\d元年])")


def aloud(text: str) -> str:
    """Phone numbers digit by digit, as a voice would otherwise say one hundred and twenty."""
    return NUMBERS.sub(lambda found: say_digits(found[0].removeprefix("+86"), phone=True), text)


def _say(parent: VoiceResponse | Gather, line: Line, speech: Speech) -> None:
    """Each line on its own; slower means a pause after every sentence, not stretched words."""
    voice = line.loud_voice if speech.loud else line.voice
    for text in map(aloud, speech.lines):
        say = Say("", voice=voice, language=line.language)
        words = say.prosody("", volume=line.loud_volume) if speech.loud else say
        for place, sentence in enumerate(SENTENCES.findall(text) if speech.slow else [text]):
            if place:
                words.break_(time=BETWEEN_SENTENCES)
            words.append(sentence)
        parent.append(say)
        if speech.slow:
            parent.pause(length=1)


BETWEEN_SENTENCES = "800ms"
SENTENCES = re.compile(r"[^。？！]+[。？！]*")


def ask_key(line: Line, speech: Speech, answer_url: str) -> str:
    """Says the lines and waits for one key of a worker; no key comes to the same address, empty."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=10,
        action=answer_url,
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, line, speech)
    response.append(gather)
    response.redirect(answer_url, method="POST")
    return str(response)


def text_reply(words: str) -> str:
    """The answer to an SMS."""
    response = MessagingResponse()
    response.message(words)
    return str(response)
