"""The declaration of a function: what it is called, where it is, what bounds its calls; checked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from importlib import import_module
from inspect import Parameter, getdoc, isclass, iscoroutinefunction, ismodule, isroutine, signature
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from pyshield import _runtime
from pyshield._check import Check, shown
from pyshield._limits import Cache
from pyshield.errors import FunctionModuleNotFound, FunctionNotFound
from pyshield.functions import _configured
from pyshield.functions._errors import Refused
from pyshield.functions._schema import compiled
from pyshield.functions._target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Schema = Mapping[str, Any] | bool
    Isolation = Literal["task", "thread", "process"]

__all__ = ["Entry", "FunctionInfo", "Options", "declared", "located", "resolved"]

_NAME = re.compile(r"[A-Za-z_][\w.:/-]{0,127}", re.ASCII)
_LONGEST = 24 * 3600.0
_ISOLATIONS = ("task", "thread", "process")
_IN_PROCESSES = 4
"""Calls in flight by default for a function in processes of its own: each costs a process."""


class Options(TypedDict, total=False):
    """What `register` takes beside the function, its name and `replace`."""

    input_schema: Schema | None
    output_schema: Schema | None
    timeout: float | None
    isolation: Isolation | None
    batch: bool
    max_batch_size: int | None
    max_in_flight: int | None
    max_abandoned: int
    cache: Cache | None


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A registered function.

    Attributes:
        name: What it is called by.
        module: Where it is.
        qualname: Its name there.
        doc: The first line of its documentation.
        isolation: `"task"` for one that is asynchronous; `"thread"`; `"process"`.
        timeout: Seconds a call may take.
        batch: Whether it takes a list of calls.
        max_batch_size: The most calls it is given at once.
        max_in_flight: Calls queued or running at a time.
        max_abandoned: Calls given up that may still run.
        input_schema: What its arguments are checked against.
        output_schema: What its results are checked against.
        cache: What is remembered of its results.
    """

    name: str
    module: str
    qualname: str
    doc: str
    isolation: Literal["task", "thread", "process"]
    timeout: float
    batch: bool
    max_batch_size: int | None
    max_in_flight: int
    max_abandoned: int
    input_schema: Schema | None = field(repr=False)
    output_schema: Schema | None = field(repr=False)
    cache: Cache | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A function that is registered: what is told of it, the runtime's part, and what calls it."""

    info: FunctionInfo
    native: _runtime.Function
    target: Target


def located(module: str, name: str) -> Any:  # noqa: ANN401  # any function
    """The function `name` of `module`.

    Raises:
        Refused: If there is none.
    """
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise Refused(
            "module_not_found", f"the module {module!r} cannot be imported ({type(error).__name__})"
        ) from error
    for step in name.split("."):
        found = getattr(found, step, None)
        if found is None:
            raise Refused("function_not_found", f"the module {module!r} has no {name!r}")
    return found


def resolved(path: str) -> Callable[..., Any]:
    """The function at `package.module:function`.

    Raises:
        FunctionModuleNotFound: If there is no such module.
        FunctionNotFound: If the module has no such function.
    """
    module, colon, name = path.partition(":")
    if not colon or not module or not name:
        Check("functions.register").fail("function", f"expected 'module:function', got {shown(path)}")
    try:
        function = located(module, name)
    except Refused as refused:
        kind = FunctionModuleNotFound if refused.pyshield_kind == "module_not_found" else FunctionNotFound
        raise kind(f"{path}: {refused.message}", path) from refused.__cause__
    if not callable(function):
        Check("functions.register").fail("function", f"{path} is not callable")
    return function  # type: ignore[no-any-return]


def _is_asynchronous(function: Callable[..., Any]) -> bool:
    called = getattr(type(function), "__call__", None)  # noqa: B004  # whether that one is asynchronous
    return iscoroutinefunction(function) or iscoroutinefunction(called)


def _is_its_name(function: Callable[..., Any]) -> bool:
    """Whether what is found by the function's name is the function.

    It would be the method without its object, and for an object that is called its class.
    """
    bound = getattr(function, "__self__", None)
    return isroutine(function) and (bound is None or isclass(bound) or ismodule(bound))


def _fits(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """What raises `TypeError` for arguments the function cannot be called with, if it could happen."""
    try:
        parameters = signature(function)
    except (TypeError, ValueError):  # some functions written in C have none
        return None
    if all(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.parameters.values()):
        return None if parameters.parameters else parameters.bind
    return parameters.bind


def declared(function: Callable[..., Any], name: str | None, options: Options) -> Entry:
    """The function, ready to be registered.

    Raises:
        ConfigError: If it cannot work.
    """
    if not callable(function):
        Check("functions.register").fail("function", f"expected a function, got {shown(function)}")
    name = getattr(function, "__name__", type(function).__name__) if name is None else name
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        Check("functions.register").fail("name", f"expected letters, digits and _ . : / -, got {shown(name)}")
    info = _checked(function, name, options)
    checks: dict[str, Any] = {"batch": info.batch, "fits": None if info.batch else _fits(function)}
    for key, field_name in (("check_input", "input_schema"), ("check_output", "output_schema")):
        schema = getattr(info, field_name)
        checks[key] = None if schema is None else compiled(name, field_name, schema)
    if info.isolation == "process":
        from pyshield.functions._process import ProcessTarget

        target: Target = ProcessTarget(info.module, info.qualname, **checks)
    else:
        target = Target(function, **checks)
    spec = {
        "name": name,
        "isolation": info.isolation,
        "timeout": info.timeout,
        "max_in_flight": info.max_in_flight,
        "max_abandoned": info.max_abandoned,
        "max_batch_size": info.max_batch_size,
        "cache": None if info.cache is None else info.cache.to_config(),
    }
    return Entry(info, _runtime.Function(json.dumps(spec), target), target)


def _checked(function: Callable[..., Any], name: str, options: Options) -> FunctionInfo:
    """The declaration, if it can work."""
    check = Check(f"functions.register({name!r})")
    asynchronous = _is_asynchronous(function)
    isolation = options["isolation"] or ("task" if asynchronous else "thread")
    if isolation not in _ISOLATIONS:
        check.fail("isolation", f"expected 'task', 'thread' or 'process', got {shown(isolation)}")
    if isolation == ("thread" if asynchronous else "task"):
        kind = (
            "an asynchronous function runs as a task"
            if asynchronous
            else "a task is an asynchronous function"
        )
        check.fail("isolation", f"{kind}, or in a process; got {isolation!r}")
    module = getattr(function, "__module__", type(function).__module__)
    qualname = getattr(function, "__qualname__", type(function).__qualname__)
    if isolation == "process" and not _is_its_name(function):
        check.fail("isolation", f"a process finds functions by name, and this is {shown(function)}")
    if isolation == "process" and "<" in qualname:
        check.fail("isolation", f"another process cannot find {qualname}; move it to the top of its module")
    batch = check.boolean("batch", options["batch"])
    most = options["max_batch_size"]
    if most is not None and not batch:
        check.fail("max_batch_size", "is for functions with batch=True")
    most = _configured.option(name, "max_batch_size") if most is None else most
    for key in ("input_schema", "output_schema"):
        if options[key] is not None and not isinstance(options[key], dict | bool):
            check.fail(key, f"expected a dict, got {shown(options[key])}")
    if options["cache"] is not None and not isinstance(options["cache"], Cache):
        check.fail("cache", f"expected Cache or None, got {shown(options['cache'])}")
    timeout = _configured.timeout(name) if options["timeout"] is None else options["timeout"]
    in_flight = options["max_in_flight"]
    if in_flight is None:
        in_flight = _IN_PROCESSES if isolation == "process" else 1024
    return FunctionInfo(
        name=name,
        module=module,
        qualname=qualname,
        doc=(getdoc(function) or "").partition("\n")[0],
        isolation=isolation,
        timeout=check.number("timeout", timeout, least=0.0, most=_LONGEST, above=True),
        batch=batch,
        max_batch_size=check.integer("max_batch_size", 32 if most is None else most, least=1, most=65_536)
        if batch
        else None,
        max_in_flight=check.integer("max_in_flight", in_flight, least=1, most=1_000_000),
        max_abandoned=check.integer("max_abandoned", options["max_abandoned"], least=1, most=10_000),
        input_schema=options["input_schema"],
        output_schema=options["output_schema"],
        cache=options["cache"],
    )
