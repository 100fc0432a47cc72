// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// From a product that is not sold anywhere to its number in the shop. Starts on the form of the product "Tour Mug";
// the account "Tour Shop" is there, with its address and its token, but not connected yet.
registry.category("web_tour.tours").add("marketplace_sync_tour", {
    steps: () => [
        {
            content: "Open the product's marketplaces",
            trigger: ".o_form_view .o_notebook a[name=marketplaces]",
            run: "click",
        },
        {
            content: "Tick it for Shopify",
            trigger: ".o_field_widget[name=shopify_product] input:not(:checked)",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "A listing appears, still to be linked",
            trigger:
                ".o_field_widget[name=marketplace_listing_ids] .o_data_row:contains(Tour Shop):contains(To link)",
        },
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='marketplace_sync.menu_root']",
            run: "click",
        },
        {
            content: "Open its configuration",
            trigger: ".o_menu_sections button[data-menu-xmlid='marketplace_sync.menu_configuration']",
            run: "click",
        },
        {
            content: "Open the accounts",
            trigger: ".dropdown-item[data-menu-xmlid='marketplace_sync.menu_marketplaces']",
            run: "click",
        },
        {
            content: "Open the account",
            trigger: ".o_data_row .o_data_cell[name=name]:contains(Tour Shop)",
            run: "click",
        },
        {
            content: "Test the connection",
            trigger: "button[name=action_test_connection]:contains(Test connection)",
            run: "click",
        },
        {
            content: "It answers with the shop's name",
            trigger: ".o_notification:contains(Connected to Sandbox)",
        },
        {
            content: "The shop's location is there, fed by the warehouse",
            trigger: ".o_field_widget[name=location_ids] .o_data_row:contains(Main):contains(Stock)",
        },
        {
            content: "Push",
            trigger: "button[name=action_sync_now]",
            run: "click",
        },
        {
            content: "It says what it did",
            trigger: ".o_notification:contains('1 listings up to date, 0 failed, 0 still waiting')",
        },
        {
            content: "Look at the listings",
            trigger: "button[name=action_open_listings]",
            run: "click",
        },
        {
            content: "The number on the listing",
            trigger: ".o_data_row:contains(TOUR-MUG):contains(Linked) .o_data_cell[name=quantity]:contains(42)",
        },
        {
            content: "Open the listing",
            trigger: ".o_data_row:contains(TOUR-MUG) .o_data_cell[name=product_name]",
            run: "click",
        },
        {
            content: "Why this number",
            trigger: ".o_field_widget[name=explanation]:contains(Free to use):contains(Up to date) tfoot:contains(42)",
        },
        {
            content: "Open its history",
            trigger: ".o_form_view .o_notebook a[name=history]",
            run: "click",
        },
        {
            content: "The chart is drawn",
            trigger: ".o_marketplace_history_chart canvas",
            run({ anchor }) {
                if (!anchor.width || !Chart.getChart(anchor).data.datasets.length) {
                    throw new Error("The chart of the history is empty");
                }
            },
        },
        {
            content: "Preview the next push",
            trigger: "button[name=action_preview]",
            run: "click",
        },
        {
            content: "There is nothing to send",
            trigger: ".modal .o_field_widget[name=preview]:contains(nothing to send)",
        },
        {
            content: "Close the preview",
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "Back to the listings",
            trigger: "body:not(:has(.modal)) .o_back_button, body:not(:has(.modal)) .breadcrumb-item a:contains(Listings)",
            run: "click",
        },
        {
            content: "The listings again",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG)",
        },
        {
            content: "Back to the account",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Tour Shop)",
            run: "click",
        },
        {
            content: "Show all of the account's buttons",
            trigger: ".o_button_more",
            run: "click",
        },
        {
            content: "Look at the log",
            trigger: "button[name=action_open_log]",
            run: "click",
        },
        {
            content: "The line about the push",
            trigger: ".o_data_row:contains('1 up to date, 0 failed')",
        },
    ],
});
