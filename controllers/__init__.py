# SPDX-License-Identifier: LGPL-3.0-or-later
from . import ebay
from . import metrics
