"""Tasks that cost nothing: learned surrogates and complete tables of real tuning runs.

For long budgets and for spaces with branches. The surrogates need ``onnxruntime``;
without it, or without the folder of data, their tasks do not exist. What differs
between repetitions or seeds of the original runs stands in for the folds: the first
ones are the search's, the others are held out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare._space import Config, Param, Space, canonical, integer
from benchmarks.compare._task import Outcome, Task
from benchmarks.compare.tasks._surrogate_models import MODELS, Model, read_params


class ReplayTask(Task):
    """A task whose scores are looked up, not computed; they cost no time."""

    suite = "surrogate"
    traits = "replayed"
    source: Path
    about: str

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the description, the space and the size of the file behind it."""
        parts = (
            self.about,
            canonical(self.space.to_json()),
            str(self.source.stat().st_size),
        )
        return hashlib.sha1("\n".join(parts).encode()).hexdigest()[:12]


def outcome(scores: Iterable[float]) -> Outcome:
    """Return the scores as an outcome that took no time."""
    values = [float(score) for score in scores]
    return Outcome(float(np.mean(values)), values, 0.0)


class SurrogateTask(ReplayTask):
    """One instance of a surrogate model in ONNX.

    Parameters
    ----------
    model : Model
        Which model, its columns and its metric.
    instance : str
        The data set of the original runs.
    folder : Path
        Folder that holds the model.
    """

    def __init__(self, model: Model, instance: str, folder: Path) -> None:
        self.name = f"{model.name}_{instance}"
        self.kind = "branches" if model.chooser else "nets"
        self.split = "report" if instance in model.report else "tune"
        self.quick = instance == model.tune[0]
        self.about = f"{model} {instance}"
        self.model = model
        self.instance = instance
        self.source = folder / model.file
        about = json.loads((self.source.parent / "config_space.json").read_text())
        self.space = read_params(model, about)
        self.n_folds = len(model.repeats)

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        return read_codes(self.source)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self.source), options)

    def evaluate(self, config: Config) -> Outcome:
        """Return the score of each of the first repetitions."""
        place = self.model.output
        return outcome([self.predict(config, r, place) for r in self.model.repeats])

    def test(self, config: Config) -> Outcome:
        """Return the mean score of the repetitions held out."""
        place = self.model.output_held_out
        scores = [self.predict(config, r, place) for r in self.model.held_out]
        return outcome([float(np.mean(scores))])

    def predict(self, config: Config, repeat: int, place: int) -> float:
        """Return a metric of the model with its sign, within what a metric may be."""
        value = self.output(config, repeat, place)
        return self.model.sign * float(np.clip(value, 0.0, 100.0))

    def output(self, config: Config, repeat: int, place: int) -> float:
        """Return an output of the model as it is."""
        given: dict[str, Any] = {
            self.model.chooser: config.get("branch"),
            self.model.task: self.instance,
        }
        given |= {"trainsize": 1.0, "epoch": 52, "repl": repeat}
        given |= {self.model.renamed.get(k, k): v for k, v in config.items()}
        codes = [
            self._codes[c][str(given.get(c, "#na#"))] for c in self.model.categorical
        ]
        numbers = [float(given.get(c, 0.0)) for c in self.model.numeric]
        names = [node.name for node in self._session.get_inputs()]
        columns = np.array([codes], np.int32), np.array([numbers], np.float32)
        found = self._session.run(None, dict(zip(names, columns, strict=True)))[0]
        return float(found[0, place])


class FurtherTask(SurrogateTask):
    """An instance that no model names, in a suite of its own."""

    suite = "further"


# Every parameter of a table is a position in a rising list of values, given as an
# integer so that all peers know the order, or one of two words.
TABLE_SPACES: dict[str, tuple[Param, ...]] = {
    "hpobench": (
        integer("alpha", 0, 9, 5),
        integer("batch_size", 0, 9, 9),
        integer("depth", 0, 2, 0),
        integer("learning_rate_init", 0, 9, 4),
        integer("width", 0, 9, 5),
    ),
    "hpolib": (
        Param("activation_fn_1", "cat", "relu", choices=("relu", "tanh")),
        Param("activation_fn_2", "cat", "relu", choices=("relu", "tanh")),
        integer("batch_size", 0, 3, 2),
        integer("dropout_1", 0, 2, 0),
        integer("dropout_2", 0, 2, 0),
        integer("init_lr", 0, 5, 1),
        Param("lr_schedule", "cat", "const", choices=("cosine", "const")),
        integer("n_units_1", 0, 5, 3),
        integer("n_units_2", 0, 5, 3),
    ),
}
TABLE_FOLDS = 3


class TableTask(ReplayTask):
    """A complete table of configurations, the axes in the order of the parameters."""

    kind = "nets"
    n_folds = TABLE_FOLDS

    def __init__(self, about: dict[str, Any], folder: Path) -> None:
        bench, dataset = about["bench"], about["dataset"]
        self.name = self.about = f"{bench}_{dataset}"
        self.split = (
            "tune" if dataset in ("car", "phoneme", "naval_propulsion") else "report"
        )
        self.quick = dataset == "vehicle"
        self.source = folder / about["file"]
        self.space = Space(TABLE_SPACES[bench])
        self.sign = 1.0 if bench == "hpobench" else -1.0

    @cached_property
    def _values(self) -> NDArray[np.float32]:
        return np.load(self.source)["values"]

    def _seeds(self, config: Config) -> NDArray[np.float64]:
        place = tuple(
            p.index(config[p.name]) if p.kind == "cat" else config[p.name]
            for p in self.space.params
        )
        return self.sign * self._values[place].astype(float)

    def evaluate(self, config: Config) -> Outcome:
        """Return the scores of the first seeds."""
        return outcome(self._seeds(config)[:TABLE_FOLDS])

    def test(self, config: Config) -> Outcome:
        """Return the mean score of the seeds held out."""
        return outcome([self._seeds(config)[TABLE_FOLDS:].mean()])


def surrogate_tasks(folder: Path) -> list[Task]:
    """Return the tasks whose files, and the library to read them, are there."""
    tasks: list[Task] = []
    models = folder / "yahpo"
    if importlib.util.find_spec("onnxruntime") is not None:
        for model in MODELS:
            if (models / model.file).is_file():
                named = *model.tune, *model.report
                tasks += [SurrogateTask(model, name, models) for name in named]
                tasks += [
                    FurtherTask(model, name, models) for name in drawn(model, models)
                ]
    index = folder / "hpo_tables" / "index.json"
    if index.is_file():
        files = json.loads(index.read_text())["files"]
        tasks += [TableTask(about, folder / "hpo_tables") for about in files]
    return tasks


def drawn(model: Model, folder: Path) -> list[str]:
    """Return 24 instances that are not named, drawn so that nobody has chosen them."""
    known = set(read_codes(folder / model.file)[model.task])
    others = sorted(known - {"#na#", *model.tune, *model.report})
    places = np.random.default_rng(5).permutation(len(others))[:24]
    return [others[place] for place in places]


def read_codes(file: Path) -> dict[str, dict[str, int]]:
    """Return the codes of the words in each column of the model in a file."""
    codes: dict[str, dict[str, int]] = json.loads(
        (file.parent / "encoding.json").read_text()
    )
    return codes
