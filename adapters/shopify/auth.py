# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: a lasting one, or ones that are fetched with the app's client id and secret.

Since 2026 new custom apps live in Shopify's Dev Dashboard and get tokens of 24 hours by the client credentials
grant (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant);
older custom apps keep their lasting token.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import requests

from ..base import AdapterError, Connection, Refused, Token, Unauthorized, Unavailable
from .errors import no_answer, seconds_of, utc

# Renew this many seconds before the end, or a tenth of a token's life if that is shorter.
_MARGIN = 600.0

_NO_CREDENTIALS = "There is neither an access token nor a client ID with its secret."
_TOKEN_REFUSED = "Shopify refuses the access token. Make a new one and enter it."
_STILL_REFUSED = "Shopify refuses the access token, also a newly fetched one. Is the app still installed in the shop?"
_REASONS = {
    "shop_not_permitted": "Shopify gives this app no token for this shop: the app and the shop belong to different"
    " organisations. Create the app in the Dev Dashboard of the organisation that owns the shop.",
    "application_cannot_be_found": "Shopify knows no app with this client ID.",
    "app_not_installed": "The app is not installed in the shop. Install it, then try again.",
    "invalid_client": "Shopify does not accept this client ID with this secret.",
}
_ANY_REASON = "Shopify does not accept this client ID with this secret, or the app is not installed in the shop."


class TokenKeeper:
    """Hands out the access token to use now, and renews it. Thread-safe.

    :param connection: its credentials hold `access_token`, or `client_id` and `client_secret` and perhaps a stored
        `token` with `token_expires_at` (ISO 8601, UTC)
    :param clock: seconds since the epoch
    :param count: called once for each HTTP request sent
    """

    def __init__(self, connection: Connection, clock: Callable[[], float], count: Callable[[], None]):
        self._connection, self._clock, self._count = connection, clock, count
        self._lock = threading.Lock()
        credentials = connection.credentials
        self._lasting = credentials.get("access_token") or ""
        self._client = (credentials.get("client_id") or "", credentials.get("client_secret") or "")
        self._value = self._lasting or credentials.get("token") or ""
        self._renew_at = None if self._lasting else self._stored_deadline(credentials.get("token_expires_at"))
        self._refusal: tuple[str, str] | None = None
        #: the newest token fetched, for the caller to store
        self.newest: Token | None = None

    def __repr__(self):
        return "<TokenKeeper>"

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced without a person."""
        return not self._lasting and all(self._client)

    def current(self) -> str:
        """The token to send now; fetched when there is none, or it is about to expire.

        :raises Unauthorized: there are no credentials, or Shopify refuses them
        :raises Unavailable: a new token was needed and could not be fetched now
        """
        with self._lock:
            if not self._value or (self._renew_at is not None and self._clock() >= self._renew_at):
                self._renew()
            return self._value

    def replace(self, refused: str) -> str:
        """A token other than `refused`, which Shopify answered 401 to.

        :raises Unauthorized: Shopify gives no other
        :raises Unavailable: it could not be fetched now
        """
        with self._lock:
            # Another thread may have replaced it while this one waited.
            if self._value == refused:
                self._renew()
            return self._value

    def still_refused(self) -> Unauthorized:
        """What to raise when the replacement is refused as well."""
        return Unauthorized(_STILL_REFUSED if self.renewable else _TOKEN_REFUSED)

    def scrub(self, text: str) -> str:
        """`text` without any secret in it: Shopify's own words might repeat what was sent."""
        for secret in {*self._connection.credentials.values(), self._value}:
            if secret and len(secret) > 3:
                text = text.replace(secret, "•••")
        return text

    def _stored_deadline(self, expires_at: str | None) -> float | None:
        """When to renew the stored token, in seconds since the epoch; None when its end is not known."""
        if not expires_at:
            return None
        try:
            moment = datetime.fromisoformat(expires_at)
        except ValueError:
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - _MARGIN

    def _renew(self) -> None:
        """Fetch a token. A refusal is remembered: asking again for each thread would only annoy Shopify."""
        if not all(self._client):
            raise Unauthorized(_TOKEN_REFUSED if self._value else _NO_CREDENTIALS)
        if self._refusal:
            raise Unauthorized(*self._refusal)
        try:
            self._value, life = self._fetch()
        except Unauthorized as error:
            self._refusal = error.reason, error.request_id
            raise
        now = self._clock()
        self._renew_at = None if life is None else now + life - min(_MARGIN, life / 10)
        self.newest = Token(self._value, None if life is None else utc(now) + timedelta(seconds=life))

    def _fetch(self) -> tuple[str, float | None]:
        """Ask for a token by the client credentials grant; gives it with its life in seconds."""
        connection = self._connection
        client_id, client_secret = self._client
        response, failure = None, None
        self._count()
        try:
            response = requests.post(
                f"{connection.base_url}/admin/oauth/access_token",
                json={"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"},
                headers={"Accept": "application/json"},
                timeout=(connection.connect_timeout, connection.read_timeout),
                # The secret goes to the shop the account names and nowhere else.
                allow_redirects=False,
            )
        except (requests.RequestException, UnicodeError) as error:
            failure = no_answer(error, connection.read_timeout)
        # Raised here and not above, so that it does not carry the request, and with it the secret, as its context.
        if failure:
            raise failure
        return self._read(response)

    def _read(self, response: requests.Response) -> tuple[str, float | None]:
        try:
            body = response.json()
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else {}
        if response.status_code >= 300:
            raise self._error(response, body)
        value, life = body.get("access_token"), body.get("expires_in")
        if not isinstance(value, str) or not value:
            raise Unavailable("Shopify's answer to the token request is not understood.")
        return value, float(life) if isinstance(life, int | float) and life > 0 else None

    def _error(self, response: requests.Response, body: dict) -> AdapterError:
        status, request_id = response.status_code, response.headers.get("X-Request-Id", "")
        if status in (408, 429) or status >= 500:
            wait = seconds_of(response.headers.get("Retry-After"), self._clock())
            return Unavailable(f"Shopify gives no token now (HTTP {status}).", wait, request_id)
        if status == 404 or status < 400:
            return Refused("There is no such shop at this address.", request_id)
        code = body.get("error")
        return Unauthorized(_REASONS.get(code, _ANY_REASON) if isinstance(code, str) else _ANY_REASON, request_id)
