"""Errors keep their details across processes and are the standard exceptions they resemble."""

from __future__ import annotations

import pickle

import pytest

from pyshield import errors, exception

ALL = [
    errors.ConfigError("m", "Regex", "patterns[0]", "shield.yml", 3),
    errors.TextError("m"),
    errors.ScannerError("m", "Regex", "limit"),
    errors.Overloaded("m", 0.25),
    errors.DeadlineExceeded("m"),
    errors.Closed("m"),
    errors.VaultError("m"),
    errors.MessageError("m", 3, "limit"),
    errors.ModelError("m", "some/model", "run", "PromptInjection"),
    errors.NetworkError("m"),
    errors.TokenizerError("m"),
    errors.UnknownModel("m"),
    errors.InvalidInput("m"),
    errors.EncodingError("m"),
    errors.FunctionError("m", "judge"),
    errors.FunctionRaised("m", "judge"),
    errors.FunctionFailed("m", "judge"),
    errors.FunctionTimeout("m", "judge"),
    errors.FunctionSerializationError("m", "judge"),
    errors.FunctionModuleNotFound("m", "judge"),
    errors.FunctionNotFound("m", "judge"),
    errors.FunctionConversionError("m", "judge"),
    errors.InterpreterBusy("m", "judge"),
    errors.FunctionsNotRunning("m", "judge"),
    errors.LLMGuardValidationError("m"),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_pickles_with_every_detail(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.args == error.args
    assert vars(again) == vars(error)
    assert str(again) == "m"
    assert isinstance(again, errors.ShieldError)


def test_every_error_is_covered():
    assert {type(error).__name__ for error in ALL} == set(errors.__all__) - {"ShieldError"}


@pytest.mark.parametrize(
    ("kind", "standard"),
    [
        (errors.ConfigError, ValueError),
        (errors.TextError, ValueError),
        (errors.DeadlineExceeded, TimeoutError),
        (errors.Closed, RuntimeError),
        (errors.TokenizerError, ValueError),
        (exception.LLMGuardValidationError, ValueError),
    ],
)
def test_is_the_standard_exception_it_resembles(kind, standard):
    with pytest.raises(standard):
        raise kind("m")


def test_tokenizer_errors_have_codes():
    codes = {kind.__name__: (kind.code, kind.field) for kind in (errors.UnknownModel, errors.InvalidInput)}
    assert codes == {
        "UnknownModel": ("DOM_VAL_INVALID_MODEL", "model"),
        "InvalidInput": ("DOM_VAL_INVALID_INPUT", None),
    }
    assert errors.EncodingError.code == errors.TokenizerError.code == "INT_ERR_TOKENIZER"
