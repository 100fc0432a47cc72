# SPDX-License-Identifier: LGPL-3.0-or-later
"""Recordings that pin the wire format: what an adapter sends is compared, all of it but its secrets."""

import os
from contextlib import contextmanager
from pathlib import Path

import vcr

RECORD = bool(os.environ.get("MARKETPLACE_SYNC_RECORD"))
FOLDER = Path(__file__).parent / "cassettes"
KEPT_HEADERS = {"Content-Type", "X-Request-Id"}


def tape(name, sent_headers=(), secrets=()):
    """A recording to `use`; all of it has to be played, in its order.

    :param sent_headers: names of request headers that belong to the format; a secret one is kept by its name only
    :param secrets: query parameters that are kept by their names only
    """

    def scrub_request(request):
        headers = {"Content-Type": request.headers.get("Content-Type", "")}
        request.headers = {**headers, **{name: "scrubbed" for name in sent_headers if name in request.headers}}
        return request

    def scrub_response(response):
        response["headers"] = {name: value for name, value in response["headers"].items() if name in KEPT_HEADERS}
        return response

    recorder = vcr.VCR(
        record_mode="once" if RECORD else "none",
        match_on=("method", "uri", "body", "headers"),
        before_record_request=scrub_request,
        before_record_response=scrub_response,
        filter_query_parameters=[(secret, "scrubbed") for secret in secrets],
    )
    return recorder.use_cassette(str(FOLDER / f"{name}.yaml"))


@contextmanager
def recorded(name, adapter, serve, **options):
    """`adapter`, whose calls must equal the recording `name`.

    :param serve: gives a context manager that serves what to record from
    :param options: of `tape`
    """
    if not RECORD:
        with tape(name, **options) as cassette:
            yield adapter
            adapter.close()
            assert cassette.all_played
            assert adapter.calls == len(cassette)
        return
    with serve(), tape(name, **options):
        yield adapter
        adapter.close()
