// SPDX-License-Identifier: LGPL-3.0-or-later
import { useEffect, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

// The guide can be left at its first step, where there is nothing to keep: a form would insist on being filled in.
export class SetupFormController extends FormController {
    get isBlank() {
        const { root } = this.model;
        return root.isNew && root.data.setup_step === "platform";
    }

    beforeVisibilityChange() {
        return this.isBlank ? undefined : super.beforeVisibilityChange(...arguments);
    }

    async beforeLeave() {
        return this.isBlank ? undefined : super.beforeLeave(...arguments);
    }

    async beforeUnload() {
        return this.isBlank ? undefined : super.beforeUnload(...arguments);
    }
}

// The button that turned the page is gone with it: the keyboard goes on at the new page's heading, which is read out.
export class SetupFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        let shown;
        useEffect(
            (step) => {
                if (shown && shown !== step) {
                    root.el?.querySelector(`[name=${step}_step] h2`)?.focus();
                }
                shown = step;
            },
            () => [this.props.record.data.setup_step]
        );
    }
}

registry.category("views").add("marketplace_setup", {
    ...formView,
    Controller: SetupFormController,
    Renderer: SetupFormRenderer,
});
