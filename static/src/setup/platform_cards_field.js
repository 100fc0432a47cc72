// SPDX-License-Identifier: LGPL-3.0-or-later
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { radioField, RadioField } from "@web/views/fields/radio/radio_field";

// A platform to choose, each a card with a picture and a word on what it is. They are radio buttons: the arrow keys
// choose, and a screen reader says so.
export class PlatformCardsField extends RadioField {
    static template = "marketplace_sync.PlatformCardsField";

    get notes() {
        return {
            shopify: _t("A store of your own at Shopify"),
            ebay: _t("Listings of a seller at eBay"),
            cartona: _t("A supplier's products at Cartona"),
            rest: _t("Any shop with a REST API, as you describe it"),
        };
    }
}

registry.category("fields").add("marketplace_platform_cards", {
    ...radioField,
    component: PlatformCardsField,
    displayName: _t("Platform Cards"),
    supportedTypes: ["selection"],
});
