# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bills of materials read from the database in bulk, for `pipeline.explosion`: five queries or so for a level of kits.

The ORM decides which bills and lines there are and what a user of Odoo would see first; no records are made of them,
which would cost more than all the rest.
"""

from collections import defaultdict
from functools import cache

from ..pipeline.explosion import Book, Line, Recipe


def read_book(env, company_id, product_ids):
    """Read all that is written down about these products and what is in them, one level of kits after the other.

    :param env: an environment in which `mrp` is installed
    :param company_id: whose bills count, besides those of no company
    :param product_ids: ids of product.product
    """
    env = env(su=True, context={"company_id": company_id, "active_test": False, "prefetch_fields": False})
    recipes, units, level = {}, {}, set(product_ids)
    while level:
        variants = _variants(env, level)
        units.update({variant_id: unit_id for variant_id, _template_id, unit_id, _type in variants})
        found = _recipes(env, variants)
        recipes.update(found)
        level = {line.product_id for line in _all_lines(found)} - units.keys()
    return Book(
        recipes, units, factors=dict(_rows(env["uom.uom"], [], ["id", "factor"])),
        digits=env["decimal.precision"].precision_get("Product Unit"), is_skipped=_skips(env, recipes))


def _variants(env, product_ids):
    """Each product with its template, its unit of measure where it has stock, and its type."""
    rows = _rows(env["product.product"], [("id", "in", list(product_ids))],
                 ["id", "product_tmpl_id", "uom_id", "type", "is_storable"])
    return [(product_id, template_id, unit_id if is_storable else None, kind)
            for product_id, template_id, unit_id, kind, is_storable in rows]


def _recipes(env, variants):
    """The kit bills each product may have, by product, Odoo's choice first; a service is never a kit."""
    variants_of = defaultdict(list)
    for product_id, template_id, _unit_id, kind in variants:
        if kind != "service":
            variants_of[template_id].append(product_id)
    product_ids = {product_id for ids in variants_of.values() for product_id in ids}
    bills = env["mrp.bom"]
    rows = _rows(
        bills, bills._bom_find_domain(env["product.product"].browse(product_ids), bom_type="phantom"),
        ["id", "product_id", "product_tmpl_id", "product_qty", "product_uom_id", "picking_type_id"],
        order="sequence, product_id, id")  # as in _bom_find
    lines = _lines(env, [row[0] for row in rows])
    recipes = defaultdict(list)
    for bill_id, product_id, template_id, batch, unit_id, picking_type_id in rows:
        recipe = Recipe(bill_id, batch, unit_id, picking_type_id, lines[bill_id])
        for variant_id in [product_id] if product_id else variants_of[template_id]:
            if variant_id in product_ids:
                recipes[variant_id].append(recipe)
    return recipes


def _lines(env, bill_ids):
    """The lines of each bill, in Odoo's order."""
    lines, found = env["mrp.bom.line"], defaultdict(list)
    of_bills = [("bom_id", "in", bill_ids)]
    conditional = set(lines._search([*of_bills, ("bom_product_template_attribute_value_ids", "!=", False)]))
    for bill_id, line_id, *values in _rows(
            lines, of_bills, ["bom_id", "id", "product_id", "product_qty", "product_uom_id"], order=lines._order):
        found[bill_id].append(Line(line_id, *values, line_id in conditional))
    return found


def _skips(env, recipes):
    """Return the function that says whether a kit goes without a conditional line: Odoo's own.

    What it will look at is read for all of them first; else it would be read kit by kit.
    """
    line_ids = {line.id for line in _all_lines(recipes) if line.is_conditional}
    lines = env["mrp.bom.line"].browse(line_ids)
    kits = env["product.product"].browse(recipes if line_ids else [])
    lines.mapped("bom_product_template_attribute_value_ids.attribute_id.create_variant")
    kits.mapped("product_template_attribute_value_ids.attribute_id")
    line, kit = ({record.id: record for record in records} for records in (lines, kits))

    @cache
    def is_skipped(line_id, product_id):
        return line[line_id]._skip_bom_line(kit[product_id])

    return is_skipped


def _all_lines(recipes):
    return (line for candidates in recipes.values() for recipe in candidates for line in recipe.lines)


def _rows(model, domain, fields, order=None):
    """Read stored fields of the records, their parents' fields too, in one query."""
    query = model._search(domain, order=order)
    return model.env.execute_query(query.select(*(
        model._field_to_sql(query.table, field, query) for field in fields)))
