// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const CARD = ".o_marketplace_dashboard .o_kanban_record:contains(Tour Shop)";
const number = (button, value) => `${CARD} .o_marketplace_numbers button[name=${button}]:contains(/^${value}\\D/)`;

const openTheApp = () => [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open the app",
        trigger: ".o_app[data-menu-xmlid='marketplace_sync.menu_root']",
        run: "click",
    },
];

let screen; // of the dashboard, as it was before the push

// What somebody finds who has no account yet.
registry.category("web_tour.tours").add("marketplace_dashboard_empty_tour", {
    steps: () => [
        ...openTheApp(),
        {
            content: "It says how to begin",
            trigger: ".o_marketplace_dashboard .o_view_nocontent:contains(Connect your first shop)",
        },
        {
            content: "Begin",
            trigger: ".o_control_panel .o-kanban-button-new",
            run: "click",
        },
        {
            content: "The guide, by its name",
            trigger: ".o_breadcrumb .active:contains(Set up a marketplace)",
        },
        {
            content: "On to eBay, whose address is known",
            trigger: ".o_marketplace_platforms label:contains(eBay)",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_marketplace_platforms label:contains(eBay):has(.fa-check-circle)",
        },
        {
            content: "To its second page",
            trigger: "div[name=platform_step] button[data-step=access]",
            run: "click",
        },
        {
            content: "Leave it",
            trigger: "div[name=access_step]",
            run() {
                history.back();
            },
        },
        {
            content: "Back on the dashboard",
            trigger: ".o_marketplace_dashboard .o_view_nocontent",
        },
    ],
});

// The numbers lead to the lists behind them, and a push by somebody else changes the card by itself. The account "Tour
// Shop" is connected, and one product waits for it.
registry.category("web_tour.tours").add("marketplace_dashboard_tour", {
    steps: () => [
        ...openTheApp(),
        {
            content: "The account and its state, in words",
            trigger: `${CARD} .o_marketplace_state:contains(Connected)`,
        },
        {
            content: "How long the oldest change waits",
            trigger: `${CARD} button[name=action_open_waiting] time`,
        },
        {
            content: "Nothing was pushed: no chart",
            trigger: `${CARD} .o_marketplace_push_chart:not(:has(canvas)):contains(Nothing was pushed)`,
        },
        {
            content: "What waits",
            trigger: number("action_open_waiting_listings", 1),
            run: "click",
        },
        {
            content: "The list behind the number",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG)",
        },
        {
            content: "Back to the dashboard",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Dashboard)",
            run: "click",
        },
        {
            content: "Somebody else pushes",
            trigger: number("action_open_waiting_listings", 1),
            async run() {
                screen = document.querySelector(".o_marketplace_dashboard");
                const { orm } = odoo.__WOWL_DEBUG__.root.env.services;
                const ids = await orm.search("marketplace.config", [["name", "=", "Tour Shop"]]);
                await orm.call("marketplace.config", "action_sync_now", [ids]);
            },
        },
        {
            content: "The card hears of it",
            trigger: number("action_open_linked", 1),
            run() {
                if (document.querySelector(".o_marketplace_dashboard") !== screen) {
                    throw new Error("The dashboard was loaded anew");
                }
            },
        },
        {
            content: "Nothing waits any more",
            trigger: number("action_open_waiting_listings", 0),
        },
        {
            content: "The chart is drawn",
            trigger: `${CARD} .o_marketplace_push_chart canvas`,
            run({ anchor }) {
                const [pushed, refused] = Chart.getChart(anchor).data.datasets;
                if (!anchor.width || pushed.data.at(-1) !== 1 || refused.data.at(-1) !== 0) {
                    throw new Error("The chart does not show the push");
                }
            },
        },
        {
            content: "When that was",
            trigger: `${CARD} button[name=action_open_pushes]:contains(Last success) time`,
        },
        {
            content: "What was pushed, by its number's name",
            trigger: `${CARD} button[name=action_open_pushes]:contains(/^Pushed in 24 hours\\s*1$/)`,
            run: "click",
        },
        {
            content: "The line of the log",
            trigger: ".o_list_view .o_data_row:contains('1 up to date, 0 failed')",
        },
        {
            content: "Back to the dashboard",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Dashboard)",
            run: "click",
        },
        {
            content: "What is linked, by the keyboard",
            trigger: number("action_open_linked", 1),
            async run(helpers) {
                helpers.anchor.focus();
                await helpers.press("Enter");
            },
        },
        {
            content: "The listing",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG):contains(Linked)",
        },
    ],
});
