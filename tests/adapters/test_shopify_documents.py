# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every document against Shopify's own schema."""

import pytest
from graphql import validate

from adapters.shopify import documents
from real_schema import load_schema

DOCUMENTS = [value for value in vars(documents).values() if isinstance(value, documents.Document)]


def test_every_file_is_used():
    files = {path.stem for path in documents._FOLDER.glob("*.graphql")}
    assert files == {document.name for document in DOCUMENTS}


@pytest.mark.parametrize("version", ["2026-07", "2026-10"])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_document_fits_the_real_schema(document, version):
    assert validate(load_schema(version), document.node) == []
