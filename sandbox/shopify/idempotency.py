# SPDX-License-Identifier: LGPL-3.0-or-later
"""Idempotency keys: one key, one effect.

Facts noted from Shopify's documentation: required since 2026-04, not empty, the same key and input give the
first answer, the same key and other input a mismatch, a failed first attempt asks for a new key. Unknown: how
long a key is remembered (here: for good), and whether an answer full of userErrors counts as failed (here it
is an answer like any other, and is repeated).
"""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass

MISSING = "The @idempotent directive is required for this mutation but was not provided."
MESSAGES = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": "This request is currently in progress, please try again.",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (
        "The same idempotency key cannot be used with different operation parameters."
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (
        "A previous request with this idempotency key failed. Retry with a new idempotency key."
    ),
}


@dataclass(slots=True)
class Attempt:
    """The first request with a key; `answer` is the mutation's payload once it is done."""

    fingerprint: bytes
    state: str = "running"
    answer: object = None

    @contextmanager
    def running(self):
        """Marks the attempt failed when the work inside raises."""
        try:
            yield
            self.state = "done"
        except BaseException:
            self.state = "failed"
            raise


class Ledger:
    def __init__(self):
        self.attempts = {}

    def claim(self, key, mutation, arguments):
        """Claim `key` for a mutation with coerced `arguments`.

        :returns: the attempt, whether it is ours to carry out, and the error code that forbids both, if any
        """
        # Coerced arguments come in the order of the schema, whatever order they were sent in.
        fingerprint = hashlib.sha256(f"{mutation}{arguments!r}".encode()).digest()
        attempt = self.attempts.get(key)
        if attempt is None:
            attempt = self.attempts[key] = Attempt(fingerprint)
            return attempt, True, None
        if attempt.fingerprint != fingerprint:
            return attempt, False, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
        if attempt.state == "running":
            return attempt, False, "IDEMPOTENCY_CONCURRENT_REQUEST"
        if attempt.state == "failed":
            return attempt, False, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
        return attempt, False, None
