# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Trading API's XML: reading requests strictly, and the frame of every answer.

Error numbers come from eBay's support articles or from answers third parties show; "our reading" marks the others.
"""

from datetime import UTC, datetime

from lxml import etree

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
VERSION = "1349"
MESSAGES = {
    2: "Unsupported API call.",
    5: "XML Parse error.",
    17: "Item cannot be accessed.",
    37: "Input data is invalid.",
    515: "Quantity is not valid.",
    518: "Call usage limit has been reached.",
    930: "No token found in the request.",
    10007: "Internal error to the application.",
    10012: "Invalid value for header.",
    21676: "Invalid SKU number.",
    21916620: "Variations with quantity '0' will be removed.",
    21916799: "SKU Mismatch.",
    21916984: "Invalid IAF token.",
    21917053: "Expired IAF token.",
    21917091: "Requested StartPrice and Quantity revision is redundant.",
    21917092: "Requested Quantity revision is redundant.",
    21919165: "The listing cannot be revised any more today.",
    21919474: "Inventory-based listing management is not currently supported by this tool.",
}
WARNINGS = (21916620, 21917091, 21917092)


class Trouble(Exception):
    """An error of the Trading API: its number, a sentence, and the values of its ErrorParameters."""

    def __init__(self, number, text="", *parameters):
        super().__init__(text)
        self.number, self.text, self.parameters = number, text or MESSAGES[number], parameters


def parse(raw, call_name):
    """The root of a request, which must be well-formed and be the one for `call_name`."""
    # Nothing outside the document is ever read.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Trouble(5) from None
    if root.tag != f"{{{NAMESPACE}}}{call_name}Request":
        raise Trouble(5, f"The root element must be {call_name}Request in {NAMESPACE}.")  # our reading
    return root


def children(element, known):
    """(name, element) of every child; Trouble for one that is not `known`, where eBay may be kinder (our reading)."""
    for child in element:
        name = child.tag.removeprefix(f"{{{NAMESPACE}}}")
        if name not in known:
            raise Trouble(37, f"{name} is not known here.", name)
        yield name, child


def texts(element, known):
    """The text of every child by its name."""
    return {name: child.text or "" for name, child in children(element, known)}


def response(call_name, ack, troubles=(), rows=()):
    """The XML of an answer.

    :param troubles: each becomes an `Errors`
    :param rows: (name, value) of what follows; a value is text, or rows of its own
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    root = etree.Element(f"{call_name}Response", xmlns=NAMESPACE)
    errors = [("Errors", error_rows(trouble)) for trouble in troubles]
    add(root, [("Timestamp", now), ("Ack", ack), *errors, ("Version", VERSION), ("Build", "SANDBOX"), *rows])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def error_rows(trouble):
    return [
        ("ShortMessage", MESSAGES[trouble.number]),
        ("LongMessage", trouble.text),
        ("ErrorCode", str(trouble.number)),
        ("SeverityCode", "Warning" if trouble.number in WARNINGS else "Error"),
        *(("ErrorParameters", value) for value in trouble.parameters),
        ("ErrorClassification", "SystemError" if trouble.number == 10007 else "RequestError"),
    ]


def add(parent, rows):
    index = 0
    for name, value in rows:
        child = etree.SubElement(parent, name)
        if name == "ErrorParameters":
            child.set("ParamID", str(index))
            index += 1
            child = etree.SubElement(child, "Value")
        if isinstance(value, str):
            child.text = value
        else:
            add(child, value)
