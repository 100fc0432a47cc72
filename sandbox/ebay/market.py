# SPDX-License-Identifier: LGPL-3.0-or-later
"""The eBay behind the wire: one seller, one application, its tokens, its limits. What is for sale is in goods.py."""

from ..spoil import spoil
from . import consent, control, doors, errors, xml
from .goods import Goods
from .limits import Calls, Revisions
from .oauth import REFRESH_SECONDS, OAuth
from .stock import Stats

REFRESH_TOKEN = "v^1.1#i^1#sandbox"


class Marketplace(Goods):
    """A strict little eBay, with one seller and one application.

    :param refresh_token: one that is granted from the beginning, with every scope
    :param runame: the application's RuName, which every redirect_uri must be
    :param accept_url: where the consent page sends the browser
    :param largest_batch: entries in a bulk_update_price_quantity: eBay's documents say 25 here and 1 there
    :param revisions_a_day: how often a listing can be revised in a day, over both APIs
    :param daily_calls: calls a day in each API context
    :param out_of_stock_control: the seller's setting that keeps Trading listings alive at quantity 0
    """

    PLATFORM = "ebay"
    FAULT = doors.Fault
    STATS = Stats
    CONTROLS = control.CONTROLS
    SETTINGS = {
        "client_id": str,
        "client_secret": str,
        "runame": str,
        "accept_url": str,
        "largest_batch": int,
        "revisions_a_day": int,
        "daily_calls": int,
        "out_of_stock_control": bool,
    }
    client_id, client_secret = "sandbox-client", "sandbox-secret"
    runame, accept_url = "Sandbox-Sandbox-SBX-runame", "http://127.0.0.1/accepted"
    largest_batch, revisions_a_day = 25, 250
    daily_calls = 5000  # what eBay gives new applications
    out_of_stock_control = True

    def __init__(self, *, refresh_token=REFRESH_TOKEN, **settings):
        super().__init__(**settings)
        self.oauth = OAuth(self)
        # Asked for every time: tests may put another clock in.
        self.revisions, self.calls = Revisions(self.now), Calls(self.now)
        self.refresh_token = self.grant_refresh_token(token=refresh_token)

    @classmethod
    def add_arguments(cls, parser):
        super().add_arguments(parser)
        parser.add_argument("--refresh-token", default=REFRESH_TOKEN, help="one that is granted from the beginning")

    def now(self):
        return self.clock()

    def build(self):
        app = super().build()
        consent.add_routes(app, self)
        doors.add_routes(app, self)
        return app

    # Who may call

    def grant_refresh_token(self, scopes=None, token=None):
        """Grant a refresh token as if the seller had agreed in a browser, and give it.

        :param scopes: what it may be used for, None for all the application may ask for
        :param token: its text, None for a new one
        """
        with self.lock:
            grants, scopes = self.oauth.refresh_tokens, self.oauth.scopes if scopes is None else scopes
            granted = self.oauth.add(grants, scopes, REFRESH_SECONDS)
            if token is not None:
                grants[token] = grants.pop(granted)
            return token or granted

    def grant_access_token(self, refresh_token=None):
        """Grant an access token without the token endpoint, and give it."""
        with self.lock:
            source = refresh_token or self.refresh_token
            return self.oauth.access(self.oauth.refresh_tokens[source].scopes, source, "")["access_token"]

    def revoke(self, token=None):
        """End a refresh token and the access tokens that came from it; an access token ends alone; None is all."""
        with self.lock:
            if token in self.oauth.access_tokens:
                del self.oauth.access_tokens[token]
            else:
                self.oauth.revoke(token)

    def expire(self, request):
        """End the access token `request` was sent with."""
        headers = request.headers
        token = headers.get("X-EBAY-API-IAF-TOKEN") or headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.oauth.expire(token)

    def refusal(self, request, status, reason):
        return doors.refusal(request, status, reason)

    async def spoil(self, request, fault, response):
        if fault.kind not in map(str, errors.SYSTEM):
            return await spoil(request, fault, response, self)
        if request.path == doors.TRADING_PATH:
            return doors.failure(request.headers["X-EBAY-API-CALL-NAME"], xml.Trouble(10007))
        return doors.answer(errors.body(500, errors.error(int(fault.kind))), 500)
