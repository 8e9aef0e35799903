"""The surrogate models: their columns, metrics and instances, and their spaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.compare._space import Param, Space


@dataclass(frozen=True)
class Model:
    """One surrogate model.

    Parameters
    ----------
    name, file : str
        Its name here, and its file below the folder of all models.
    task : str
        Column of the instance.
    chooser : str
        Column that decides which others are active, empty if none does.
    categorical, numeric : tuple of str
        The columns in the order the model reads them.
    output, output_held_out, sign : int, int, float
        Position of the metric and of its held-out version, and -1 if smaller is better.
    repeats, held_out : tuple of int
        Repetitions of the original runs for the search, and those held out.
    tune, report : tuple of str
        Instances by split.
    renamed : dict of str to str
        Our names of columns whose own is no identifier.
    """

    name: str
    file: str
    task: str
    chooser: str
    categorical: tuple[str, ...]
    numeric: tuple[str, ...]
    output: int
    output_held_out: int
    sign: float
    repeats: tuple[int, ...]
    held_out: tuple[int, ...]
    tune: tuple[str, ...] = field(repr=False)  # a task is the same beside others
    report: tuple[str, ...] = field(repr=False)
    renamed: Mapping[str, str] = field(default_factory=dict)


IMPUTE = "num.impute.selected.cpo"
XGBOOST = (
    "nrounds eta gamma lambda alpha subsample max_depth min_child_weight "
    "colsample_bytree colsample_bylevel rate_drop skip_drop trainsize repl"
)
LCBENCH = (
    "epoch batch_size learning_rate momentum weight_decay num_layers max_units "
    "max_dropout"
)

MODELS = (
    Model(
        "rbv2_xgboost",
        "rbv2_xgboost/model.onnx",
        "task_id",
        "booster",
        ("task_id", "booster", IMPUTE),
        tuple(XGBOOST.split()),
        output=5,  # log loss
        output_held_out=5,
        sign=-1.0,
        repeats=(1, 2, 3),
        held_out=(4, 5, 6, 7, 8, 9, 10),
        tune=("1489", "16", "41143"),
        report=("12", "1478", "1468", "1040", "1049"),
        renamed={"impute": IMPUTE, "reg_lambda": "lambda"},
    ),
    Model(
        "rbv2_svm",
        "rbv2_svm/v0_3a646b8/new_model.onnx",
        "task_id",
        "kernel",
        ("task_id", "kernel", IMPUTE),
        ("cost", "gamma", "tolerance", "degree", "trainsize", "repl"),
        output=0,  # share of errors
        output_held_out=0,
        sign=-1.0,
        repeats=(1, 2, 3),
        held_out=(4, 5, 6, 7, 8, 9, 10),
        tune=("37", "1485"),
        report=("1220", "182", "54", "1040", "1049"),
        renamed={"impute": IMPUTE},
    ),
    Model(
        "lcbench",
        "lcbench/model.onnx",
        "OpenML_task_id",
        "",
        ("OpenML_task_id",),
        tuple(LCBENCH.split()),
        output=2,  # cross-entropy on the validation rows
        output_held_out=4,  # and on the test rows
        sign=-1.0,
        repeats=(1,),
        held_out=(1,),
        tune=("3945", "7593"),
        report=("126026", "167152", "189906", "126025", "126029"),
    ),
)
KINDS = {"uniform_float": "real", "uniform_int": "int", "categorical": "cat"}
# Held at full size, or stand in for the folds.
FIXED = {"task_id", "OpenML_task_id", "trainsize", "epoch", "repl"}


def read_params(model: Model, about: Mapping[str, Any]) -> Space:
    """Translate the description that comes with a model."""
    ours = {column: name for name, column in model.renamed.items()}
    on = {rule["child"]: rule for rule in about["conditions"]}
    params, branches = [], ("all",)
    for entry in about["hyperparameters"]:
        name = entry["name"]
        if name == model.chooser:
            branches = tuple(entry["choices"])
        elif name not in FIXED:
            rule = on.get(name, {"values": ()})
            active = tuple(rule["values"] if "values" in rule else [rule["value"]])
            params.append(_read_param(ours.get(name, name), entry, active))
    return Space(tuple(params), branches)


def _read_param(name: str, entry: Mapping[str, Any], on: tuple[str, ...]) -> Param:
    kind = KINDS[entry["type"]]
    if kind == "cat":
        return Param(
            name, kind, entry["default"], choices=tuple(entry["choices"]), on=on
        )
    low, high, log = entry["lower"], entry["upper"], entry["log"]
    return Param(name, kind, entry["default"], low, high, log=log, on=on)
