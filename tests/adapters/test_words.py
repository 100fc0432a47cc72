# SPDX-License-Identifier: LGPL-3.0-or-later
"""What adapters say to people is English to whoever compares or logs it, and can be translated all the same."""

import ast
import copy
import inspect
import pickle
import re
from pathlib import Path

import pytest

from adapters.base import AdapterError, Connection, Unavailable
from adapters.exchange import Recorder
from adapters.wire import trouble
from adapters.wire.recording import Sent, Tape, blame, settle
from adapters.wire.trouble import no_answer, of_status, without_secrets
from adapters.words import Text, _lt, revised

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = re.compile(r"[^\W\d_]{2,}[^\W\d_’']* [“(]?[^\W\d_]{2,}")
# urllib3's own errors, which `no_answer` puts into words, and the comment of a command line.
NOT_FOR_PEOPLE = {"NewConnectionError", "ConnectTimeoutError", "OSError"}
COMMANDS = {"adapters/curl.py"}
# Where outcomes have their reason; errors have it in front.
REASON_AT = {"Rejected": 1, "Deferred": 1, "Shown": 2}


# === A TEXT === #


def test_it_is_the_english_sentence():
    text = _lt("%(count)s items have the SKU %(sku)s.", count=2, sku="A")
    assert text == "2 items have the SKU A." and hash(text) == hash("2 items have the SKU A.")
    assert (repr(text), f"{text}", "%s %r" % (text, text)) == (
        "'2 items have the SKU A.'", "2 items have the SKU A.", "2 items have the SKU A. '2 items have the SKU A.'")
    assert "reason=%r" % text == "reason='2 items have the SKU A.'"
    assert (text.template, text.values) == ("%(count)s items have the SKU %(sku)s.", {"count": 2, "sku": "A"})
    assert {text: 1}["2 items have the SKU A."] == 1
    assert not Text("")


def test_without_values_a_percent_sign_is_one():
    assert _lt("Up to 100% of {sku}") == "Up to 100% of {sku}"


def test_the_same_about_something_else():
    template = _lt("%s's answer is too long.")
    text = template % "eBay"
    assert isinstance(text, Text) and text == "eBay's answer is too long." and text.values == ("eBay",)
    assert _lt("%(a)s, %(b)s") % {"a": 1, "b": 2, "c": 3} == "1, 2"
    assert _lt("(%s, %s)") % (1, 2) == "(1, 2)"


def test_texts_in_texts():
    inner = _lt("at %s", "home")
    outer = _lt("It is %s.", inner)
    assert outer == "It is at home." and outer.values[0].template == "at %s"


@pytest.mark.parametrize("again", [
    copy.copy, copy.deepcopy, *(lambda text, protocol=protocol: pickle.loads(pickle.dumps(text, protocol))
                                for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1))])
@pytest.mark.parametrize("text", [_lt("Plain."), _lt("%s of %s", 1, _lt("many")), _lt("%(n)s left", n=3)])
def test_copies_can_be_translated_too(again, text):
    found = again(text)
    assert found == text and isinstance(found, Text)
    assert (found.template, found.values) == (text.template, text.values)


def test_an_error_that_is_raised_again_has_the_text():
    error = copy.copy(Unavailable(_lt("%s is away.", "The shop")))
    assert str(error) == "The shop is away." and error.reason.template == "%s is away."


# === SECRETS === #


def test_a_secret_is_blotted_out_of_the_values():
    text = _lt("The shop says: %s (%s)", _lt("no %s", "shpat_1234"), 401)
    found = without_secrets(text, ["shpat_1234"])
    assert found == "The shop says: no ••• (401)" and isinstance(found, Text)
    assert found.values[0].values == ("•••",)
    assert without_secrets(_lt("%(words)s!", words="shpat_1234"), ["shpat_1234"]).values == {"words": "•••"}


def test_what_holds_no_secret_stays_what_it_is():
    text = _lt("The shop says: %s", "no")
    assert without_secrets(text, ["shpat_1234"]) is text


@pytest.mark.parametrize("text", [_lt("Enter the token."), _lt("The to%s", "ken")])
def test_a_secret_that_the_sentence_itself_holds(text):
    """Then it can't be translated, but it is not told either."""
    found = without_secrets(text, ["token"])
    assert "•••" in found and "token" not in found and not isinstance(found, Text)


def test_other_texts_are_revised_as_they_are():
    assert revised("Abc", str.upper) == "ABC" and not isinstance(revised("Abc", str.upper), Text)
    assert revised(_lt("Abc %s", "d"), str.upper) == "ABC D"


def test_a_request_that_is_kept_says_what_was_wrong():
    kept = []
    tape = Tape(Connection("http://shop.example", recorder=Recorder(kept.append, lambda seconds: None)), lambda: ())
    sent = Sent(0.0, writes=False)
    sent.request = type("Request", (), {"method": "GET", "url": "http://shop.example/", "headers": {}, "body": b""})()
    tape.note(sent)
    blame(_lt("%s is away.", "The shop"))
    settle()
    assert kept[0].trouble.template == "%s is away."


# === NOTHING IS LEFT OUT === #


def files(*folders):
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def of(*folders):
    """A test for each file in these folders."""
    return pytest.mark.parametrize("file", files(*folders), ids=lambda file: str(file.relative_to(ROOT)))


def name_of(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def docstrings(tree):
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(
                body[0].value, ast.Constant):
            yield body[0].value


def untold(tree):
    """What nobody is told: docstrings, types, lines of the server's log, errors that are put into words elsewhere."""
    yield from docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (
                name_of(node) in {"_lt", *NOT_FOR_PEOPLE} or getattr(node.func, "value", None) is not None
                and getattr(node.func.value, "id", "") == "_logger"):
            yield from ast.walk(node)
        for kind in ("annotation", "returns"):
            if getattr(node, kind, None):
                yield from ast.walk(getattr(node, kind))


def literals(node):
    """The text of a literal, with something in place of what is filled in; None of anything else."""
    match node:
        case ast.Constant(value=str()):
            return node.value
        case ast.JoinedStr():
            return "".join(part.value if isinstance(part, ast.Constant) else "0" for part in node.values)
    return None


@of("adapters")
def test_every_sentence_can_be_translated(file):
    tree = ast.parse(file.read_text())
    passed = {id(node) for node in untold(tree)}
    left = [f"{file.relative_to(ROOT)}:{node.lineno}: {text}" for node in ast.walk(tree)
            if id(node) not in passed and (text := literals(node)) and SENTENCE.search(text)]
    assert not left or str(file.relative_to(ROOT)) in COMMANDS, "\n".join(left)


def errors():
    """The names of all errors that have a reason, wherever they are defined."""
    names = {AdapterError.__name__}
    classes = [node for file in files("adapters") for node in ast.walk(ast.parse(file.read_text()))
               if isinstance(node, ast.ClassDef)]
    for _round in classes:
        names |= {one.name for one in classes if any(getattr(parent, "id", "") in names for parent in one.bases)}
    return names


@of("adapters", "models", "controllers", "wizards")
def test_no_reason_is_put_together(file):
    """A reason is a `Text` or somebody else's words: no literal, and nothing that was joined or formatted."""
    places = REASON_AT | dict.fromkeys(errors(), 0) | {
        "ExpressionError": 0, "ProfileError": 1, "Refusal": 1, "VaultError": 1}
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call) or name_of(node) not in places:
            continue
        at = places[name_of(node)]
        given = [keyword.value for keyword in node.keywords if keyword.arg == "reason"] + node.args[at:at + 1]
        for part in (part for reason in given for part in parts_of(reason)):
            where = f"{file.relative_to(ROOT)}:{part.lineno}"
            assert not isinstance(part, ast.JoinedStr), f"{where}: an f-string"
            assert not (isinstance(part, ast.Constant) and part.value), f"{where}: a literal"
            assert not (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add)), f"{where}: joined"
            assert not (isinstance(part, ast.Call) and name_of(part) in ("format", "str")), f"{where}: formatted"


def parts_of(reason):
    """What a reason may turn out to be."""
    match reason:
        case ast.IfExp():
            return [*parts_of(reason.body), *parts_of(reason.orelse)]
        case ast.BoolOp():
            return [part for value in reason.values for part in parts_of(value)]
    return [reason]


@of("adapters", "models", "controllers", "wizards")
def test_templates_are_literals_that_fit_their_values(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call) or name_of(node) != "_lt":
            continue
        where = f"{file.relative_to(ROOT)}:{node.lineno}"
        template, *values = node.args
        assert isinstance(template, ast.Constant) and isinstance(template.value, str), f"{where}: not a literal"
        names = {keyword.arg for keyword in node.keywords}
        placeholders = re.findall(r"%(?:\((\w+)\))?s", template.value)
        assert len(placeholders) < 2 or all(placeholders), f"{where}: {template.value} has several without a name"
        if names:
            assert names == set(placeholders), f"{where}: {template.value}"
        elif values:
            assert placeholders == [""] * len(values), f"{where}: {template.value}"
        assert names or not values or template.value.count("%") == len(values), where


# === WHAT IS SAID AT RUN TIME === #


@pytest.mark.parametrize("status", [301, 408, 425, 429, 500, 502, 503, 530])
def test_statuses(status):
    assert isinstance(of_status(status, {}, 0.0, "eBay").reason, Text)


def test_no_answer_at_all():
    for error in (None, *(kind() for kind in vars(trouble.exceptions).values()
                          if inspect.isclass(kind) and issubclass(kind, trouble.exceptions.RequestException)
                          and kind.__init__ is trouble.exceptions.RequestException.__init__)):
        assert isinstance(no_answer(error, 30.0, "eBay").reason, Text)
    assert no_answer(trouble.exceptions.ReadTimeout(), 2.5, "eBay").reason == "eBay did not answer within 2.5 seconds."
