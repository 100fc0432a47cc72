// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

// The guide is the way to a new account; New opens the plain form.
export class AccountsListController extends ListController {
    static template = "marketplace_sync.AccountsListView";
}

// Tallies are texts, such as 10,000+, and stand as the numbers they are.
export class AccountsListRenderer extends ListRenderer {
    isNumericColumn(column) {
        return column.name?.endsWith("_tally") || super.isNumericColumn(column);
    }
}

registry.category("views").add("marketplace_accounts", {
    ...listView,
    Controller: AccountsListController,
    Renderer: AccountsListRenderer,
});
