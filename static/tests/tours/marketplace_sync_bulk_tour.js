// SPDX-License-Identifier: LGPL-3.0-or-later
import { marketplaceBulkService } from "@marketplace_sync/bulk/bulk_service";
import { registry } from "@web/core/registry";

const choose = (action) => [
    {
        content: "Select all products",
        trigger: ".o_list_view thead .o_list_record_selector input:not(:checked)",
        run: "click",
    },
    {
        content: "Open what can be done with them",
        trigger: ".o_cp_action_menus button:contains(Actions)",
        run: "click",
    },
    {
        content: `Choose ${action}`,
        trigger: `.o-dropdown--menu .o_menu_item:contains('${action}')`,
        run: "click",
    },
];
const badges = (name, state) => ({
    content: `${name} is shown as ${state}, in words too`,
    trigger: `.o_data_row:contains(${name}) .o_marketplace_badges li[data-platform=shopify][data-state=${state}][title]:has(.visually-hidden):has(i.fa)`,
});

// What the server would say of something that takes long, said twice.
function tellProgress() {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    if (!("marketplace_sync.bulk" in services)) {
        throw new Error("Nobody listens to how far bulk actions are");
    }
    const listeners = {};
    const bus_service = {
        subscribe: (type, listener) => (listeners[type] = listener),
        start: () => {},
    };
    marketplaceBulkService.start({}, { bus_service, notification: services.notification });
    for (const done of [1, 2]) {
        listeners["marketplace_sync.bulk"]({
            id: 1,
            is_over: false,
            message: `${done} of 10 done.`,
            title: "Tour",
            type: "info",
        });
    }
}

// Three products, one without a SKU, of a shop "Tour Shop": published, synchronised and stopped from their list.
registry.category("web_tour.tours").add("marketplace_sync_bulk_tour", {
    steps: () => [
        {
            content: "Nothing is sold yet",
            trigger: ".o_list_view:not(:has(.o_marketplace_badges)) .o_data_row:contains(Tour Product 1)",
        },
        ...choose("Publish on..."),
        {
            content: "It says how many there are",
            trigger: ".modal .o_field_widget[name=product_count]:contains(3)",
        },
        {
            content: "And how many have no SKU",
            trigger: ".modal .alert:contains(1 without a SKU)",
        },
        {
            content: "The shop is named",
            trigger: ".modal .o_field_widget[name=shopify_note]:contains(Tour Shop)",
        },
        {
            content: "Choose Shopify, unless it is the only one and chosen already",
            trigger: ".modal .o_field_widget[name=shopify] input",
            run({ anchor }) {
                if (!anchor.checked) {
                    anchor.click();
                }
            },
        },
        {
            content: "It is chosen",
            trigger: ".modal .o_field_widget[name=shopify] input:checked",
        },
        {
            content: "Publish",
            trigger: ".modal-footer button[name=action_apply]:contains(Publish)",
            run: "click",
        },
        {
            content: "It says what it did",
            trigger: ".o_notification:contains('3 products are sold on Shopify')",
        },
        badges("Tour Product 1", "waiting"),
        ...choose("Sync now with Marketplaces"),
        {
            content: "It says what became of each",
            trigger: ".o_notification:contains('10 published'):contains('20 published'):contains('has no SKU')",
        },
        badges("Tour Product 1", "well"),
        badges("Tour Product 2", "well"),
        badges("Tour Product without SKU", "error"),
        {
            content: "Look at the cards",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "They have badges, too",
            trigger: ".o_kanban_record:contains(Tour Product 2) .o_marketplace_badges li[data-state=well]",
        },
        {
            content: "Back to the list",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "Find those that fail",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "By the filter",
            trigger: ".o_filter_menu .o_menu_item:contains(Failing in Shops)",
            run: "click",
        },
        {
            content: "There is one",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(Tour Product 1))) .o_data_row:contains(Tour Product without SKU)",
        },
        {
            content: "All of them again",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "They are back",
            trigger: ".o_list_view .o_data_row:contains(Tour Product 1)",
        },
        ...choose("Stop on Marketplaces..."),
        {
            content: "It says what that means for the shops",
            trigger: ".modal .alert:contains(go on showing the last number)",
        },
        {
            content: "Choose Shopify",
            trigger: ".modal .o_field_widget[name=shopify] input",
            run({ anchor }) {
                if (!anchor.checked) {
                    anchor.click();
                }
            },
        },
        {
            content: "Stop",
            trigger: ".modal:has(.o_field_widget[name=shopify] input:checked) .modal-footer button[name=action_apply]:contains(Stop)",
            run: "click",
        },
        {
            content: "It says what it did",
            trigger: ".o_notification:contains('3 products are no longer kept up to date on Shopify')",
        },
        {
            content: "The badges are gone",
            trigger: ".o_list_view:not(:has(.o_marketplace_badges)) .o_data_row:contains(Tour Product 1)",
        },
        {
            content: "Something that takes long says how far it is",
            trigger: ".o_list_view",
            run: tellProgress,
        },
        {
            content: "Once, not again and again",
            trigger:
                "body:not(:has(.o_notification:contains('1 of 10'))) .o_notification:contains('2 of 10 done')",
        },
    ],
});
