# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: one lasting `shpat_` token, and any number granted for client credentials.

Facts noted from Shopify's documentation: the grant's fields and its answer, 86,399 seconds, only stores of
the app's own organisation (`shop_not_permitted`). Unknown: the HTTP status of each refusal; 401 for wrong
credentials and 400 for the others is our reading, after RFC 6749.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

SCOPES = ("read_inventory", "write_inventory", "read_locations", "read_products", "read_orders")


@dataclass
class Auth:
    """Who may call, and what for.

    :param clock: gives the time in seconds, so that tests can let a token expire without sleeping
    :param token: the lasting token
    :param scopes: what every token may do
    :param lifetime: seconds a granted token lives
    :param permitted: False for a shop that is not of the app's organisation
    """

    clock: Callable[[], float]
    token: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = SCOPES
    lifetime: float = 86399
    permitted: bool = True
    granted: dict[str, float] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)

    def grant(self, form):
        """Answer a token request: the HTTP status and the JSON body."""
        if form.get("grant_type") != "client_credentials":
            return 400, refusal("unsupported_grant_type", "The grant type is not supported.")
        asked = (str(form.get("client_id")), str(form.get("client_secret")))
        if asked != (self.client_id, self.client_secret):
            return 401, refusal("invalid_client", "The client credentials are not valid.")
        if not self.permitted:
            return 400, refusal("shop_not_permitted", "Client credentials cannot be performed on this shop.")
        token = f"shpca_{secrets.token_hex(16)}"
        self.granted[token] = self.clock() + self.lifetime
        return 200, {"access_token": token, "scope": ",".join(self.scopes), "expires_in": int(self.lifetime)}

    def accepts(self, token):
        if token in self.revoked:
            return False
        return token == self.token or self.clock() < self.granted.get(token, 0)

    def expire(self, token):
        """End a granted token at once; the lasting one cannot expire, so it stays."""
        self.granted.pop(token, None)

    def allows(self, scopes):
        """Whether one of `scopes` is held; writing includes reading, as Shopify has it."""
        return any(scope in self.scopes or scope.replace("read_", "write_") in self.scopes for scope in scopes)


def refusal(code, description):
    return {"error": code, "error_description": description}
