"""Every public name says what it is, and stands on the API page."""

from __future__ import annotations

import configparser
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest
from numpydoc.validate import validate

import sklearn_hpo

ROOT = Path(__file__).parents[1]
WINGS = sorted(
    file.parent.name for file in (ROOT / "sklearn_hpo").glob("[!_]*/__init__.py")
)
FACES = [
    "sklearn_hpo",
    *(f"sklearn_hpo.{wing}" for wing in WINGS),
    "sklearn_hpo.contracts",
]

# What an override need not say again: its contract does.
OF_THE_CONTRACT = {"PR01", "RT01"}


def ignored() -> set[str]:
    """Return the checks that setup.cfg leaves out."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    checks = config["tool:numpydoc_validation"]["checks"].split()
    assert checks[0] == "all"
    return set(checks[1:])


def public() -> Iterator[tuple[str, str, Any]]:
    """Yield face, name and object of each public name."""
    for face in FACES:
        module = importlib.import_module(face)
        for name in module.__all__:
            yield face, name, getattr(module, name)


def is_described(thing: Any) -> bool:
    """Tell classes and functions from the names of types and the version."""
    alias = get_origin(thing) is not None  # for Python 3.10 a class
    return inspect.isfunction(thing) or (inspect.isclass(thing) and not alias)


def is_ours(cls: type) -> bool:
    """Tell our classes from those of scikit-learn and Python."""
    return cls.__module__.startswith("sklearn_hpo")


def methods(cls: type) -> dict[str, Any]:
    """Return the public methods and properties of a class that are ours, by name."""
    found: dict[str, Any] = {}
    for base in filter(is_ours, cls.__mro__):
        for name, member in vars(base).items():
            is_method = callable(member) or isinstance(member, (property, classmethod))
            if is_method and not name.startswith("_"):
                found.setdefault(name, member)
    return found


def contract(face: str, cls: type, name: str) -> Any:
    """Return the method of ours that a method overrides or answers for, if any.

    That is the one of the last base class that has it, or of a protocol of the wing.
    """
    module = importlib.import_module(face)
    protocols = [c for c in vars(module).values() if getattr(c, "_is_protocol", False)]
    for base in (*protocols, *reversed(cls.__mro__)):
        if is_ours(base) and name in vars(base):
            contract = vars(base)[name]
            return None if contract is methods(cls)[name] else contract
    return None


def parameters(function: Any) -> list[str]:
    """Return the names of the parameters of a method; an attribute has none."""
    if not callable(function):
        return []
    return list(inspect.signature(function).parameters)


def cases() -> Iterator[Any]:
    """Yield the address of each docstring, with the checks it may fail."""
    seen = set()
    for face, name, thing in public():
        if not is_described(thing) or id(thing) in seen:
            continue
        seen.add(id(thing))
        free = ignored()
        if face == "sklearn_hpo":
            free.discard("EX01")
        if getattr(thing, "_is_protocol", False):
            free.add("PR01")  # nobody calls its constructor
        address = f"{face}.{name}"
        yield pytest.param(address, free, id=address)
        for method in methods(thing) if inspect.isclass(thing) else ():
            free = ignored()
            if contract(face, thing, method) is not None:
                free |= OF_THE_CONTRACT
            yield pytest.param(f"{address}.{method}", free, id=f"{address}.{method}")


@pytest.mark.parametrize(("address", "free"), list(cases()))
def test_a_docstring_is_complete(address: str, free: set[str]) -> None:
    wrong = [error for error in validate(address)["errors"] if error[0] not in free]
    assert wrong == []


def test_an_override_keeps_the_parameters_its_contract_documents() -> None:
    different = [
        f"{face}.{name}.{method}"
        for face, name, thing in public()
        if inspect.isclass(thing)
        for method, member in methods(thing).items()
        if (documented := contract(face, thing, method)) is not None
        and parameters(member) != parameters(documented)
    ]
    assert different == []


def test_the_walk_finds_what_it_should() -> None:
    addresses = {param.values[0] for param in cases()}
    assert {
        "sklearn_hpo.BayesSearchCV.fit",
        "sklearn_hpo.Real.encode",
        "sklearn_hpo.trials.History.to_frame",
        "sklearn_hpo.contracts.check_strategy",
        "sklearn_hpo.acquisition.LogEI.with_gradient",
    } <= addresses
    assert len(FACES) == len(set(FACES)) > 10


def entries(page: str) -> dict[str, set[str]]:
    """Return the names that each module's part of the API page lists."""
    found: dict[str, set[str]] = {}
    module = ""
    for line in page.splitlines():
        if match := re.match(r"\.\. (?:automodule|currentmodule):: ([\w.]+)", line):
            module = match[1]
        elif match := re.match(r"    (\w+)$|``(\w+)``$", line):
            found.setdefault(module, set()).add(match[1] or match[2])
    return found


@pytest.mark.parametrize("face", FACES)
def test_the_api_page_lists_every_public_name(face: str) -> None:
    listed = entries((ROOT / "doc" / "api.rst").read_text())[face]
    exported = set(importlib.import_module(face).__all__) - {"__version__"}
    elsewhere = set(sklearn_hpo.__all__) if face != "sklearn_hpo" else set()
    assert exported - elsewhere <= listed <= exported
