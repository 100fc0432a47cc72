# SPDX-License-Identifier: LGPL-3.0-or-later
"""A profile that can't work is refused before it is used, in words that say where and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rest import ProfileError, RestProfile
from adapters.rest.expressions import ExpressionError, checked, evaluate
from adapters.rest.profile import EXPRESSIONS, SETTINGS
from adapters.rest.texts import from_texts

WITH_RESULTS = {"results": "lines", "result_ref": "sku"}
WRONG = {
    "auth": ({"auth": "magic"}, "one of these: header, basic"),
    "no-header-name": ({"auth_name": ""}, "auth_name|Name the header"),
    "bad-header-name": ({"auth_name": "X Key"}, "“X Key” can't be sent"),
    "own-header": ({"headers": {"Content-Length": "1"}}, "“Content-Length” can't be sent"),
    "bad-header-value": ({"headers": {"X": "a\nb"}}, "can't be sent in a header"),
    "token-without-token": ({"token_format": "Bearer"}, "needs {token}"),
    "path-no-slash": ({"path": "stock"}, "begins with one slash"),
    "path-host": ({"path": "//elsewhere/stock"}, "begins with one slash"),
    "path-space": ({"path": "/a b"}, "no spaces"),
    "path-placeholder": ({"shape": "one", "path": "/{name}"}, "Only {sku}, {id}, {location} can stand"),
    "path-lone-bracket": ({"shape": "one", "path": "/{sku"}, "can stand in curly brackets"),
    "path-sku-in-list": ({"path": "/{sku}"}, "send one at a time"),
    "no-quantity": ({"quantity_field": ""}, "Name the field that holds the quantity"),
    "no-item": ({"sku_field": ""}, "Nothing says which item is meant"),
    "same-field": ({"quantity_field": "sku"}, "“sku” is used for two things"),
    "field-in-field": ({"quantity_field": "stock", "in_stock_field": "stock.any"}, "“stock” is used for two"),
    "constant-again": ({"constants": {"sku": 1}}, "“sku” is used for two things"),
    "field-dots": ({"quantity_field": "stock..now"}, "no name of a field"),
    "list-key": ({"list_key": ".lines"}, "no name of a field"),
    "locations": ({"locations": ("A", "B")}, "which one it is for"),
    "batch": ({"batch_size": 0}, "1 to 1,000"),
    "statuses": ({"success_statuses": ()}, "from 200 to 299"),
    "status": ({"success_statuses": (404,)}, "from 200 to 299"),
    "expression": ({"failure": "a = 'x'"}, "“a = 'x'” is not a JMESPath expression: it is wrong near “= 'x'”"),
    "expression-end": ({"message": "a."}, "not a JMESPath"),
    "function": ({"failure": "lenght(@)"}, r"there is no function lenght\(\)"),
    "nested-function": ({"failure": "errors[?foo(@)] | [0]"}, r"there is no function foo\(\)"),
    "ref-without-results": ({"result_ref": "sku"}, "where the list of results stands"),
    "results-without-ref": ({"results": "lines"}, "where a result names its item"),
    "lookup-without-sku": ({"lookup_path": "/p", "lookup_items": "@", "lookup_id": "id"}, "needs {sku}"),
    "lookup-without-items": ({"lookup_path": "/p?q={sku}"}, "where the answer holds the items found"),
}


@pytest.mark.parametrize(("settings", "reason"), WRONG.values(), ids=WRONG)
def test_wrong_settings(settings, reason):
    with pytest.raises(ProfileError, match=reason) as raised:
        RestProfile(**settings)
    assert raised.value.field in SETTINGS


def test_right_settings():
    RestProfile(auth="none", auth_name="", token_format="", **WITH_RESULTS)
    RestProfile(shape="one", path="/{sku}/{location}", sku_field="", locations=("A", "B"))
    RestProfile(path="/{location}?op=set", list_key="a.b", constants={"stock.unit": "pc"}, quantity_field="stock.now")


def test_texts():
    profile = from_texts(
        {
            "constants": '{"currency": "EUR"}',
            "headers": "Accept-Language: en\n\nX-Kind: a:b ",
            "locations": "A, B ,A,",
            "location_field": " place ",
            "success_statuses": "200, 204",
            "id_field": False,
            "quantity_as_text": True,
        }
    )
    assert profile.constants == {"currency": "EUR"}
    assert profile.headers == {"Accept-Language": "en", "X-Kind": "a:b"}
    assert (profile.locations, profile.location_field, profile.id_field) == (("A", "B"), "place", "")
    assert profile.success_statuses == (200, 204)
    assert profile.quantity_as_text is True


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"constants": "[1]"}, "constants"),
        ({"constants": "{"}, "constants"),
        ({"constants": '{"a": NaN}'}, "constants"),
        ({"headers": "Accept-Language"}, "headers"),
        ({"success_statuses": "all"}, "success_statuses"),
        ({"quantity_field": "  "}, "quantity_field"),
    ],
)
def test_wrong_texts(values, field):
    with pytest.raises(ProfileError) as raised:
        from_texts(values)
    assert raised.value.field == field


@given(st.sampled_from(EXPRESSIONS), st.text(max_size=30))
def test_any_text_as_an_expression_is_taken_or_refused(name, text):
    try:
        RestProfile(**{name: text})
    except ProfileError as error:
        assert str(error)


@given(st.dictionaries(st.sampled_from(SETTINGS), st.text(max_size=12) | st.booleans().filter(lambda b: not b)))
def test_any_texts_as_settings_are_taken_or_refused(values):
    values = {name: value for name, value in values.items() if name != "batch_size"}
    try:
        from_texts(values)
    except ProfileError as error:
        assert error.field in SETTINGS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["length(@)", "a.b[0]", "sum(@)", "keys(@)", "sort_by(@, &a)", "a > `1`", "@.*[]"]), JSON)
def test_evaluating_raises_nothing_but_its_own_error(expression, value):
    try:
        evaluate(checked(expression), value)
    except ExpressionError as error:
        assert expression in str(error)
