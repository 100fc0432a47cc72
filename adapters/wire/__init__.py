# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every adapter sends its calls through: time-outs, pacing, retries, the circuit breaker, tokens, workers.

An adapter says what to send and what the answer means; how to behave while the marketplace is slow, full or away
is decided here, once for all of them.
"""

from .apart import Apart, Batch, Step
from .gate import Gate
from .http import Answer, Http
from .tokens import TokenKeeper
from .workers import run
