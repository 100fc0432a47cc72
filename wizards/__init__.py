# SPDX-License-Identifier: LGPL-3.0-or-later
from . import marketplace_publish
from . import marketplace_request_preview
