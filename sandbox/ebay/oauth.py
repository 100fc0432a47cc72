# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who may call: authorization codes, refresh tokens and access tokens, after eBay's OAuth guide and RFC 6749.

Facts: an access token lives 2 hours, a refresh token 18 months; redirect_uri is the application's RuName, a name for
the address eBay redirects to; codes are for one use and for about 5 minutes; the wording of each refusal. Our reading:
that an access token ends with the refresh token it came from, and that a user who says no is sent to the same address.
"""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ..application import Refused

API = "https://api.ebay.com/oauth/api_scope"
INVENTORY, INVENTORY_READ = f"{API}/sell.inventory", f"{API}/sell.inventory.readonly"
SCOPES = (API, INVENTORY, INVENTORY_READ, f"{API}/sell.fulfillment", f"{API}/sell.account")
CODE_SECONDS, ACCESS_SECONDS, REFRESH_SECONDS = 299, 7200, 47_304_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or a token stands for.

    :param scopes: what may be done with it
    :param expires_at: seconds, by the sandbox's clock
    :param source: the RuName of a code, the refresh token of an access token; empty for an application's own token
    """

    scopes: tuple[str, ...]
    expires_at: float
    source: str = ""


@dataclass
class OAuth:
    """The authorization server.

    :param application: has client_id, client_secret, runame, accept_url, and the clock, in seconds, so that tests can
        let a token expire without sleeping
    :param scopes: what the application may ask for
    """

    application: Any
    scopes: tuple[str, ...] = SCOPES
    codes: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, Grant] = field(default_factory=dict)

    # The browser's side

    def asked(self, query):
        """The scopes a consent page is asked for; Refused (400) when it cannot be shown, in whatever words eBay has."""
        scopes = tuple(query.get("scope", "").split())
        for wrong, reason in (
            (query.get("client_id") != self.application.client_id, "unauthorized_client"),
            (query.get("redirect_uri") != self.application.runame, "invalid_request: redirect_uri is not your RuName"),
            (query.get("response_type") != "code", "unsupported_response_type"),
            (not scopes or not set(scopes) <= set(self.scopes), "invalid_scope"),
        ):
            if wrong:
                raise Refused(400, reason)
        return scopes

    def decide(self, query, agreed):
        """The address the browser is sent to when the user has agreed, or not."""
        scopes, address = self.asked(query), self.application.accept_url
        values = {"state": query["state"]} if "state" in query else {}
        if agreed:
            code = self.add(self.codes, scopes, CODE_SECONDS, query["redirect_uri"])
            values |= {"code": code, "expires_in": CODE_SECONDS}
        else:
            values["error"] = "access_denied"  # our reading, after RFC 6749
        return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"

    def add(self, grants, scopes, seconds, source=""):
        """Issue a code or a token. Real ones hold ^ and #, too, so that nobody gets away without encoding them."""
        token = f"v^1.1#i^1#t^{secrets.token_hex(16)}"
        grants[token] = Grant(tuple(scopes), self.application.clock() + seconds, source)
        return token

    def valid(self, grants, token):
        """The grant `token` stands for, None when it is over or never was."""
        grant = grants.get(token)
        return grant if grant and self.application.clock() < grant.expires_at else None

    # The token endpoint

    def token(self, authorization, form):
        """The JSON that answers a token request; Refused with (error, description) otherwise."""
        expected = base64.b64encode(f"{self.application.client_id}:{self.application.client_secret}".encode()).decode()
        if not same_credentials(authorization, expected):
            raise Refused(401, ("invalid_client", "client authentication failed"))
        by_type = {
            "authorization_code": self.by_code,
            "refresh_token": self.by_refresh_token,
            "client_credentials": self.for_application,
        }
        if form.get("grant_type") not in by_type:
            supported = "grant type in request is not supported by the authorization server"
            raise Refused(400, ("unsupported_grant_type", supported))
        return by_type[form["grant_type"]](form)

    def by_code(self, form):
        grant = self.valid(self.codes, form.get("code"))
        self.codes.pop(form.get("code"), None)
        if grant is None or grant.source != form.get("redirect_uri"):
            raise invalid_grant("grant code")
        refresh_token = self.add(self.refresh_tokens, grant.scopes, REFRESH_SECONDS)
        return {
            **self.access(grant.scopes, refresh_token, "User Access Token"),
            "refresh_token": refresh_token,
            "refresh_token_expires_in": REFRESH_SECONDS,
        }

    def by_refresh_token(self, form):
        grant = self.valid(self.refresh_tokens, form.get("refresh_token"))
        if grant is None:
            raise invalid_grant("refresh token")
        return self.access(narrowed(form, grant.scopes), form["refresh_token"], "User Access Token")

    def for_application(self, form):
        return self.access(narrowed(form, self.scopes), "", "Application Access Token")

    def access(self, scopes, source, kind):
        token = self.add(self.access_tokens, scopes, ACCESS_SECONDS, source)
        return {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": kind}

    # The end of a grant

    def expire(self, token):
        """End an access token at once, all of them for None."""
        for known in list(self.access_tokens) if token is None else [token]:
            if known in self.access_tokens:
                grant = self.access_tokens[known]
                self.access_tokens[known] = Grant(grant.scopes, self.application.clock(), grant.source)

    def revoke(self, token):
        """End a refresh token and what came from it, all of them for None."""
        for refresh_token in list(self.refresh_tokens) if token is None else [token]:
            self.refresh_tokens.pop(refresh_token, None)
        gone = [known for known, grant in self.access_tokens.items() if grant.source and self.is_orphan(grant)]
        for known in gone:
            del self.access_tokens[known]

    def is_orphan(self, grant):
        return grant.source not in self.refresh_tokens


def same_credentials(authorization, expected):
    """Whether an Authorization header holds the credentials; eBay asks for Base64 without line breaks."""
    kind, _, given = (authorization or "").partition(" ")
    try:
        base64.b64decode(given, validate=True)
    except ValueError:
        return False
    return kind == "Basic" and secrets.compare_digest(given, expected)


def narrowed(form, scopes):
    """The scopes asked for, all of `scopes` when none are named; more than those are refused."""
    asked = tuple(form.get("scope", "").split()) or scopes
    if not set(asked) <= set(scopes):
        reason = "The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client"
        raise Refused(400, ("invalid_scope", reason))
    return asked


def invalid_grant(what):
    text = f"the provided authorization {what} is invalid or was issued to another client"
    return Refused(400, ("invalid_grant", text))
