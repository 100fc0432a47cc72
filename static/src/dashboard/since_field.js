// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatDateTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const TICK = 30000; // ms

// How long ago a moment was, as long as somebody looks at it.
export class SinceField extends Component {
    static template = "marketplace_sync.SinceField";
    static props = { ...standardFieldProps };

    setup() {
        useEffect(
            () => {
                const timer = browser.setInterval(() => this.render(), TICK);
                return () => browser.clearInterval(timer);
            },
            () => []
        );
    }

    get moment() {
        return this.props.record.data[this.props.name];
    }

    get age() {
        return this.moment ? this.moment.toRelative() : "";
    }

    get exactly() {
        return this.moment ? formatDateTime(this.moment) : "";
    }
}

export const sinceField = {
    component: SinceField,
    displayName: _t("How Long Ago"),
    supportedTypes: ["datetime"],
};

registry.category("fields").add("marketplace_since", sinceField);
