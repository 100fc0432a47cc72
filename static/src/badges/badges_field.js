// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

// The worst comes first: a badge shows the first of these that some of its listings are. Never by its colour alone: each
// has an icon, and words for who hears the page or rests the pointer on it.
const STATES = [
    ["error", "text-bg-danger", "fa-exclamation-triangle", _t("failed")],
    ["conflict", "text-bg-warning", "fa-question-circle", _t("asks which number is right")],
    ["waiting", "text-bg-warning", "fa-clock-o", _t("waiting")],
    ["pending", "text-bg-info", "fa-chain-broken", _t("to link")],
];
const WELL = ["", "text-bg-success", "fa-check", _t("up to date")];

// On which marketplaces a product is sold, and how it fares there, from the value of `marketplace_badges`.
export class MarketplaceBadgesField extends Component {
    static template = "marketplace_sync.BadgesField";
    static props = { ...standardFieldProps };

    get badges() {
        return (this.props.record.data[this.props.name] || []).map((shop) => {
            const found = STATES.filter(([state]) => shop[state]);
            const [state, color, icon, words] = found[0] || WELL;
            const details = found.map(([name, , , text]) =>
                shop.listings > 1 ? `${shop[name]} ${text}` : `${text}`
            );
            return {
                platform: shop.platform,
                name: shop.name,
                state: state || "well",
                color,
                icon,
                words: details.join(", ") || `${words}`,
            };
        });
    }
}

export const marketplaceBadgesField = {
    component: MarketplaceBadgesField,
    displayName: _t("Marketplace Badges"),
    supportedTypes: ["json"],
};

registry.category("fields").add("marketplace_badges", marketplaceBadgesField);
