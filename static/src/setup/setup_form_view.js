// SPDX-License-Identifier: LGPL-3.0-or-later
import { useEffect, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

// What the guide has not kept yet is left behind: a form would keep it, or insist on being filled in.
export class SetupFormController extends FormController {
    displayName() {
        return this.model.root.isNew ? this.env.config.actionName : super.displayName();
    }

    beforeVisibilityChange() {
        return this.model.root.isNew ? undefined : super.beforeVisibilityChange(...arguments);
    }

    async beforeLeave() {
        return this.model.root.isNew ? undefined : super.beforeLeave(...arguments);
    }

    async beforeUnload(ev) {
        const { isNew, data } = this.model.root;
        if (!isNew) {
            return super.beforeUnload(...arguments);
        }
        if (data.setup_step !== "platform") {
            ev.preventDefault(); // the browser asks
        }
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
