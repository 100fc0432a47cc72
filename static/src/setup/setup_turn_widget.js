// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

// A button of the guide that turns to another step without saving: an account can't be kept before it has an address.
export class SetupTurn extends Component {
    static template = "marketplace_sync.SetupTurn";
    static props = { ...standardWidgetProps, step: String, title: String };

    get isForward() {
        return this.props.step !== "platform";
    }

    turn() {
        return this.props.record.update({ setup_step: this.props.step });
    }
}

registry.category("view_widgets").add("marketplace_setup_turn", {
    component: SetupTurn,
    extractProps: ({ attrs }) => ({ step: attrs.step, title: attrs.title }),
});
