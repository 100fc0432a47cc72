// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// The product "Tour Mug" failed on the shop "Tour Shop", which has it by now. They start on a list with this product.
const ROW = ".o_field_widget[name=marketplace_listing_ids] .o_data_row:contains(Tour Shop)";
const OPEN = [
    {
        content: "Its badge says that it fails, in words too",
        trigger:
            ".o_data_row:contains(Tour Mug) .o_marketplace_badges li[data-state=error]:has(.visually-hidden):has(i.fa)",
    },
    {
        content: "Open the product",
        trigger: ".o_data_row .o_data_cell[name=name]:contains(Tour Mug)",
        run: "click",
    },
    stepUtils.autoExpandMoreButtons(),
    {
        content: "So does its button",
        trigger: ".oe_stat_button[name=action_open_marketplace_listings]:contains(1 failed)",
    },
    {
        content: "Open its marketplaces",
        trigger: ".o_form_view .o_notebook a[name=marketplaces]",
        run: "click",
    },
    {
        content: "What went wrong, and when it is tried again",
        trigger: `${ROW}:contains(Error):contains(no item with the SKU) .o_data_cell[name=next_attempt]:contains(':')`,
    },
];

registry.category("web_tour.tours").add("marketplace_sync_retry_tour", {
    steps: () => [
        ...OPEN,
        {
            content: "Retry",
            trigger: `${ROW} button[name=action_retry]`,
            run: "click",
        },
        {
            content: "It begins anew",
            trigger: `${ROW}:contains(To link):not(:has(button[name=action_retry]))`,
        },
        {
            content: "Do not wait for it",
            trigger: "button[name=action_sync_with_marketplaces]:contains(Sync now)",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains('Tour Mug'):contains('42 published')",
        },
        {
            content: "All is well",
            trigger: `${ROW}:contains(Linked) .o_data_cell[name=quantity]:contains(42)`,
        },
        stepUtils.autoExpandMoreButtons(),
        {
            content: "Open its listings",
            trigger: ".oe_stat_button[name=action_open_marketplace_listings]:not(:contains(failed))",
            run: "click",
        },
        {
            content: "There it is",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG):contains(Linked)",
        },
    ],
});

registry.category("web_tour.tours").add("marketplace_sync_why_tour", {
    steps: () => [
        ...OPEN,
        {
            content: "Why",
            trigger: `${ROW} button[name=action_open_explanation]`,
            run: "click",
        },
        {
            content: "It is spelled out",
            trigger:
                ".modal .o_marketplace_explanation:contains(Free to use):contains(on hand 42):contains(Error) tfoot:contains(42)",
        },
        {
            content: "And so is what went wrong",
            trigger: ".modal .o_marketplace_explanation .text-danger:contains(no item with the SKU)",
        },
        {
            content: "Close it",
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The product again",
            trigger: `body:not(:has(.modal)) ${ROW}`,
        },
    ],
});

function expectNone(selector, screen) {
    if (document.querySelector(selector)) {
        throw new Error(`Whoever has nothing to do with marketplaces sees ${selector} on ${screen}`);
    }
}

registry.category("web_tour.tours").add("marketplace_sync_hidden_tour", {
    steps: () => [
        {
            content: "The list has no badges",
            trigger: ".o_list_view .o_data_row:contains(Tour Mug)",
            run() {
                expectNone(".o_marketplace_badges, th[data-name^=marketplace], th[data-name=shopify_product]", "the list");
            },
        },
        {
            content: "Select it",
            trigger: ".o_list_view thead .o_list_record_selector input:not(:checked)",
            run: "click",
        },
        {
            content: "Open what can be done with it",
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {
            content: "Nothing of it is about marketplaces",
            trigger: ".o-dropdown--menu:has(.o_menu_item:contains(Archive))",
            run({ anchor }) {
                for (const words of ["Publish", "Stop", "Sync"]) {
                    if (anchor.textContent.includes(words)) {
                        throw new Error(`Whoever has nothing to do with marketplaces is offered ${words}`);
                    }
                }
            },
        },
        {
            content: "Close the menu",
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {
            content: "Unselect it",
            trigger: ".o_list_view thead .o_list_record_selector input:checked",
            run: "click",
        },
        {
            content: "Look at the cards",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "They have no badges",
            trigger: ".o_kanban_record:contains(Tour Mug)",
            run() {
                expectNone(".o_marketplace_badges, [name^=marketplace]", "the cards");
            },
        },
        {
            content: "Open the product",
            trigger: ".o_kanban_record:contains(Tour Mug)",
            run: "click",
        },
        stepUtils.autoExpandMoreButtons(),
        {
            content: "It has no tab and no button",
            trigger: ".o_form_view .o_notebook a[name=general_information]",
            run() {
                expectNone("a[name=marketplaces], [name*=marketplace]", "the form");
            },
        },
        stepUtils.showAppsMenuItem(),
        {
            content: "There is no menu",
            trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']",
            run() {
                expectNone(".o_app[data-menu-xmlid^='marketplace_sync']", "the menu");
            },
        },
    ],
});
