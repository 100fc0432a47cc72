# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
import re

from prometheus_client import CONTENT_TYPE_LATEST
from psycopg2.errors import QueryCanceled
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, ServiceUnavailable, Unauthorized

from odoo import http
from odoo.http import request

from ..models.log_words import word
from ..models.marketplace_metrics import LIMIT_SECONDS

_logger = logging.getLogger(__name__)

METRICS = "/marketplace_sync/metrics"


class MetricsController(http.Controller):
    """What Prometheus asks."""

    @http.route(METRICS, type="http", auth="public", methods=["GET"], readonly=True, save_session=False, sitemap=False)
    def metrics(self, **_more):
        """The metrics of the database the request is for: Odoo chooses it by the host name or `X-Odoo-Database`."""
        metrics = request.env["marketplace.metrics"].sudo()
        if not metrics._is_on():
            raise NotFound
        if not metrics._is_token(_bearer()):
            _logger.warning("marketplace_sync: metrics_refused remote=%s", word(request.httprequest.remote_addr))
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
        try:
            text = metrics._text()
        except QueryCanceled:
            _logger.warning("marketplace_sync: metrics_too_slow limit_s=%s", LIMIT_SECONDS)
            raise ServiceUnavailable from None
        return request.make_response(text, [("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")])


def _bearer():
    """The token a request brings in its header, an empty one without."""
    found = re.fullmatch(r"bearer +(\S+)", request.httprequest.headers.get("Authorization", ""), re.IGNORECASE)
    return found[1] if found else ""
