# SPDX-License-Identifier: LGPL-3.0-or-later
"""How a seller lets this addon in: the consent page, the refresh token it leads to, the access tokens that gives.

After https://developer.ebay.com/api-docs/static/oauth-authorization-code-grant.html: consent gives a code for a few
minutes, the code a refresh token for 18 months, and that access tokens for two hours each.
"""

import time
from collections.abc import Callable, Collection
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from ..base import AdapterError, Connection, Refused, Token, Unauthorized
from ..wire import Answer, Http
from ..wire.tokens import Secret
from ..wire.trouble import utc
from ..words import _lt

_API = "https://api.ebay.com/oauth/api_scope"
INVENTORY_SCOPE = f"{_API}/sell.inventory"
#: What the addon asks a seller for. The first is what the Trading API and the limits of calls want.
SCOPES = (_API, INVENTORY_SCOPE, f"{_API}/sell.fulfillment", f"{_API}/sell.account")

_TOKEN_PATH = "/identity/v1/oauth2/token"
_EIGHTEEN_MONTHS = 47_304_000.0  # seconds
_TWO_HOURS = 7200.0  # seconds

NO_EBAY = _lt("There is no eBay at this address.")
CONNECT_AGAIN = _lt("eBay no longer accepts this account's sign-in: press Connect eBay again.")
_REASONS = {
    "invalid_grant": CONNECT_AGAIN,
    "invalid_client": _lt(
        "eBay does not accept this client ID with this client secret. Copy both again from the application keys of the"
        " eBay developer account: those for the sandbox are others than those for production."
    ),
    "unauthorized_client": _lt("eBay does not let this application sign sellers in. Check its keys and its RuName."),
    "invalid_scope": _lt("eBay does not give this application the permissions this addon needs."),
}


def consent_url(base_url: str, client_id: str, ru_name: str, state: str, scopes: Collection[str] = SCOPES) -> str:
    """The address of the page on which a seller agrees.

    :param base_url: the account's: ``https://api.ebay.com``, ``https://api.sandbox.ebay.com``, or a stand-in's
    :param ru_name: eBay's name for the address the browser comes back to, from the application's keys
    :param state: comes back with the browser; whoever receives it checks it
    :param scopes: the permissions asked for
    """
    shop = urlsplit(base_url)
    # eBay's pages live on a host beside the API's; a stand-in has all on one.
    host = shop.netloc.replace("api.", "auth.", 1) if shop.netloc.endswith(".ebay.com") else shop.netloc
    query = urlencode(
        {
            "client_id": client_id,
            "redirect_uri": ru_name,
            "response_type": "code",
            "scope": " ".join(scopes),
            "state": state,
        }
    )
    return f"{shop.scheme}://{host}/oauth2/authorize?{query}"


def exchange_code(
    connection: Connection,
    code: str,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Token:
    """The refresh token for the `code` the browser came back with.

    :param connection: its credentials hold `client_id` and `client_secret`, its options `ru_name`
    :raises Unauthorized: eBay does not accept the code, or the application
    :raises Unavailable: eBay cannot be asked now; the code stays good for some minutes
    """
    http = Http("eBay", connection, clock, sleep)
    # Whoever reports an error shows the variables on the way to it: none may hold a secret.
    code = Secret(code)
    try:
        answer = _ask(
            http,
            connection,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": connection.options.get("ru_name", ""),
            },
        )
        value, life = _read(answer, "refresh_token", "refresh_token_expires_in", _EIGHTEEN_MONTHS)
    except AdapterError as error:
        raise error.with_traceback(None) from None
    finally:
        http.close()
    return Token(value, utc(clock()) + timedelta(seconds=life))


def access_token(http: Http, connection: Connection) -> tuple[str, float]:
    """A new access token, with its life in seconds.

    :param connection: its credentials hold `client_id`, `client_secret` and `refresh_token`
    :raises Unauthorized: eBay does not accept the refresh token any more, or the application
    :raises Unavailable: it cannot be asked now
    """
    # Without `scope` eBay gives all the seller agreed to; asking for more than that would be refused.
    answer = _ask(
        http,
        connection,
        {"grant_type": "refresh_token", "refresh_token": Secret(connection.credentials["refresh_token"])},
    )
    return _read(answer, "access_token", "expires_in", _TWO_HOURS)


def _ask(http: Http, connection: Connection, form: dict[str, str]) -> Answer:
    """:param form: its secrets as `Secret`"""
    return http.plain(
        "POST",
        connection.base_url + _TOKEN_PATH,
        data=form,
        auth=(connection.credentials.get("client_id", ""), connection.credentials.get("client_secret", "")),
        headers={"Accept": "application/json"},
    )


def _read(answer: Answer, name: str, life_name: str, usual_life: float) -> tuple[str, float]:
    """The token called `name` in an answer, and its life in seconds.

    :param usual_life: taken where eBay does not say
    """
    if answer.status == 404 and not answer.is_json:
        raise Refused(NO_EBAY, answer.request_id)
    body = answer.json()
    body = body if isinstance(body, dict) else {}
    if answer.status >= 400:
        raise _refusal(body.get("error"), answer.request_id)
    value, life = body.get(name), body.get(life_name)
    if not isinstance(value, str) or not value:
        raise answer.not_understood()
    is_life = isinstance(life, int | float) and not isinstance(life, bool) and 0 < life < 10 * _EIGHTEEN_MONTHS
    return value, float(life) if is_life else usual_life


def _refusal(code: object, request_id: str) -> AdapterError:
    reason = _REASONS.get(code) if isinstance(code, str) else None
    return Unauthorized(reason or _lt("eBay refuses to sign this account in: press Connect eBay again."), request_id)
