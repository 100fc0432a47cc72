# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever a shop answers, and whatever is configured: outcomes for every level, or a typed error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Unavailable
from adapters.rest import RestProfile
from adapters.rest.answers import UNMENTIONED, Reader
from adapters.rest.message import Composer
from adapters.wire import Answer
from test_rest_kit import levels_of

EXPRESSIONS = st.sampled_from(
    ["", "@", "lines", "lines[]", "error", "ref", "ok", "ok == `true`", "length(@)", "sum(lines)", "*.ref"]
)
NAMES = st.sampled_from(["lines", "error", "message", "ref", "ok", "why"]) | st.text(max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["A", "B", "x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)
PROFILES = st.builds(
    RestProfile,
    failure=EXPRESSIONS,
    message=EXPRESSIONS,
    results=EXPRESSIONS.filter(bool),
    result_ref=EXPRESSIONS.filter(bool),
    result_ok=EXPRESSIONS,
    result_error=EXPRESSIONS,
    unmentioned_ok=st.booleans(),
    any_content_type=st.booleans(),
)


def reader(profile):
    return Reader(profile, Composer(profile))


@given(PROFILES, st.sampled_from([200, 204, 207, 400, 404, 418]), JSON)
def test_any_answer_is_read(profile, status, body):
    answer = Answer("The shop", status, {"Content-Type": "application/json"}, json.dumps(body).encode())
    read, levels = reader(profile), levels_of("A", "B")
    try:
        read.check(answer)
        trouble = read.trouble(answer)
        if trouble is None:
            reasons = read.reasons(levels, answer)
            assert len(reasons) == 2
            assert all(isinstance(reason, str) for reason in reasons)
        else:
            assert isinstance(trouble, AdapterError)
            assert trouble.reason
    except Unavailable as error:
        assert error.reason


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html", ""])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000, b"null"])
def test_any_bytes_are_read(kind, body):
    for profile in (RestProfile(), RestProfile(results="lines", result_ref="ref", any_content_type=True)):
        answer = Answer("The shop", 200, {"Content-Type": kind}, body)
        try:
            reader(profile).check(answer)
            assert reader(profile).reasons(levels_of("A"), answer) in ([""], [UNMENTIONED])
        except Unavailable as error:
            assert error.reason
        # A refusal's words are not worth an error.
        assert reader(profile).trouble(Answer("The shop", 400, {"Content-Type": kind}, body)).reason
