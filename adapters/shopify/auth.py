# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: a lasting one, or ones that are fetched with the app's client id and secret.

Since 2026 new custom apps live in Shopify's Dev Dashboard and get tokens of 24 hours by the client credentials
grant (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant);
older custom apps keep their lasting token.
"""

from collections.abc import Callable

from ..base import Connection, Refused, Unauthorized, Unavailable
from ..wire import Answer, Http, TokenKeeper
from ..wire.tokens import Refusals
from ..words import _lt

# Seconds, ten years: what is said to last longer would leave the calendar, and is taken to last for good.
_LONGEST_LIFE = 10 * 366 * 86_400.0
_REFUSALS = Refusals(
    missing=_lt("There is neither an access token nor a client ID with its secret."),
    refused=_lt("Shopify refuses the access token. Make a new one and enter it."),
    still_refused=_lt(
        "Shopify refuses the access token, also a newly fetched one. Is the app still installed in the shop?"
    ),
)
_REASONS = {
    "shop_not_permitted": _lt(
        "Shopify gives this app no token for this shop: the app and the shop belong to different organisations. Create"
        " the app in the Dev Dashboard of the organisation that owns the shop."
    ),
    "application_cannot_be_found": _lt("Shopify knows no app with this client ID."),
    "app_not_installed": _lt("The app is not installed in the shop. Install it, then try again."),
    "invalid_client": _lt("Shopify does not accept this client ID with this secret."),
}
_ANY_REASON = _lt("Shopify does not accept this client ID with this secret, or the app is not installed in the shop.")


def keeper_of(connection: Connection, clock: Callable[[], float], http: Callable[[], Http]) -> TokenKeeper:
    """What keeps an account's token.

    :param connection: its credentials hold `access_token`, or `client_id` and `client_secret` and perhaps a stored
        `token` with `token_expires_at` (ISO 8601, UTC)
    :param clock: seconds since the epoch
    :param http: gives what a token is fetched through
    """
    credentials = connection.credentials
    can_fetch = all(credentials.get(name) for name in ("client_id", "client_secret"))
    return TokenKeeper(
        _REFUSALS,
        clock,
        lasting=credentials.get("access_token") or "",
        stored=credentials.get("token") or "",
        expires_at=credentials.get("token_expires_at") or "",
        fetch=(lambda: _fetch(connection, http())) if can_fetch else None,
    )


def _fetch(connection: Connection, http: Http) -> tuple[str, float | None]:
    """Ask for a token by the client credentials grant; gives it with its life in seconds."""
    answer = http.plain(
        "POST",
        f"{connection.base_url}/admin/oauth/access_token",
        json={
            "client_id": connection.credentials["client_id"],
            "client_secret": connection.credentials["client_secret"],
            "grant_type": "client_credentials",
        },
        headers={"Accept": "application/json"},
    )
    if answer.status == 404:
        raise Refused(_lt("There is no such shop at this address."), answer.request_id)
    if answer.status >= 400:
        raise _refusal(answer)
    body = answer.json(strict=False)
    value, life = (body.get("access_token"), body.get("expires_in")) if isinstance(body, dict) else (None, None)
    if not isinstance(value, str) or not value:
        raise answer.not_understood()
    is_life = isinstance(life, int | float) and not isinstance(life, bool) and 0 < life < _LONGEST_LIFE
    return value, float(life) if is_life else None


def _refusal(answer: Answer) -> Unauthorized:
    try:
        body = answer.json(strict=False)
    except Unavailable:
        body = None
    code = body.get("error") if isinstance(body, dict) else None
    return Unauthorized(_REASONS.get(code, _ANY_REASON) if isinstance(code, str) else _ANY_REASON, answer.request_id)
