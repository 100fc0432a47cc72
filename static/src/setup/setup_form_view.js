// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
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

registry.category("views").add("marketplace_setup", { ...formView, Controller: SetupFormController });
