// SPDX-License-Identifier: LGPL-3.0-or-later
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";

const next = (step) => ({
    content: `On from the ${step}`,
    trigger: `div[name=${step}_step] button[name=action_setup_next]`,
    run: "click",
});

const reads = (step) => ({
    content: `The keyboard goes on at the heading of the ${step}`,
    trigger: `div[name=${step}_step] h2`,
    run({ anchor }) {
        if (document.activeElement !== anchor) {
            throw new Error(`The focus is on ${document.activeElement.outerHTML.slice(0, 100)}`);
        }
    },
});

// From an empty list of marketplaces to a live account, by the guide alone. The cookie says where the shop is; it knows
// GUIDE-MUG, and not GUIDE-CUP.
registry.category("web_tour.tours").add("marketplace_setup_tour", {
    steps: () => [
        {
            content: "There is no account yet, and a way to begin",
            trigger: ".o_view_nocontent:contains(Connect your first shop) a:contains(Set up a marketplace)",
            run: "click",
        },
        {
            content: "Look at another card",
            trigger: ".o_marketplace_platforms label:contains(Cartona):has(img)",
            run: "click",
        },
        {
            content: "It is the chosen one",
            trigger: ".o_marketplace_platforms input[data-value=cartona]:checked",
        },
        {
            content: "Choose Shopify",
            trigger: ".o_marketplace_platforms label:contains(Shopify)",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_marketplace_platforms label:contains(Shopify):has(.fa-check-circle)",
        },
        {
            content: "On to the access",
            trigger: "div[name=platform_step] button[data-step=access]",
            run: "click",
        },
        reads("access"),
        {
            content: "Back to the cards",
            trigger: "div[name=access_step] button[data-step=platform]",
            run: "click",
        },
        {
            content: "And on again",
            trigger: "div[name=platform_step] button[data-step=access]",
            run: "click",
        },
        {
            content: "Only Shopify's fields are there",
            trigger:
                "div[name=access_step]:has(.o_field_widget[name=client_id]:visible):not(:has(.o_field_widget[name=ebay_ru_name]:visible))",
        },
        {
            content: "A name of its own",
            trigger: "div[name=access_step] .o_field_widget[name=name] input",
            run: "edit Our Store",
        },
        {
            content: "The shop's address",
            trigger: "div[name=access_step] .o_field_widget[name=base_url] input",
            async run({ edit, press }) {
                await edit(decodeURIComponent(cookie.get("marketplace_tour_shop")));
                await press("Tab"); // leaving the field is what has the address looked at
            },
        },
        {
            content: "It is on this very machine",
            trigger: "div[name=access_step] .o_field_widget[name=allow_private] input",
            run: "click",
        },
        {
            content: "A token with a typing error",
            trigger: "div[name=access_step] .o_field_widget[name=access_token] input",
            run: "edit shpat_typing_error",
        },
        {
            content: "Test it",
            trigger: "div[name=access_step] button.btn-primary[name=action_setup_test]",
            run: "click",
        },
        {
            content: "The shop refuses it, and it is said what to do",
            trigger: "div[name=verdict_bad]:contains(refuses the access token):contains(What to do)",
        },
        {
            content: "What was typed is not shown again",
            trigger: "div[name=access_step]:has(.o_field_widget[name=secrets_set]:contains(Access Token))",
            run({ anchor }) {
                if (anchor.querySelector("[name=access_token] input").value) {
                    throw new Error("The secret came out again");
                }
            },
        },
        {
            content: "The right token",
            trigger: "div[name=access_step] .o_field_widget[name=access_token] input",
            run: "edit shpat_sandbox",
        },
        {
            content: "Test it again",
            trigger: "div[name=access_step] button.btn-primary[name=action_setup_test]",
            run: "click",
        },
        {
            content: "It works",
            trigger: "div[name=verdict_good]:contains(It works):contains(Sandbox)",
        },
        next("access"),
        reads("locations"),
        {
            content: "The shop's place is there, and fed",
            trigger: "div[name=locations_step] .o_data_row:contains(Main):contains(Stock)",
        },
        next("locations"),
        {
            content: "Add a rule to the filter",
            trigger: "div[name=products_step] .o_tree_editor_row:contains(New Rule) > a",
            run: "click",
        },
        {
            content: "Of which field?",
            trigger: "div[name=products_step] .o_tree_editor_condition:eq(1) .o_model_field_selector",
            run: "click",
        },
        {
            content: "The SKU",
            trigger: ".o_model_field_selector_popover_item[data-name=default_code] button",
            run: "click",
        },
        {
            content: "That contains",
            trigger:
                "div[name=products_step] .o_tree_editor_condition:eq(1):contains(Internal Reference) .o_tree_editor_editor:eq(1) select",
            run: "selectByLabel contains",
        },
        {
            content: "What all of ours have",
            trigger:
                "div[name=products_step] .o_tree_editor_condition:eq(1) .o_tree_editor_editor:eq(2) input",
            run: "edit GUIDE- && press Enter",
        },
        {
            content: "They are counted at once",
            trigger: "div[name=products_step] .o_domain_show_selection_button:contains('2 record(s)')",
        },
        next("products"),
        {
            content: "What would be pushed",
            trigger: "div[name=preview_step] [data-kind=links]:contains(would be linked) b:contains(1)",
        },
        {
            content: "The table says it of each",
            trigger:
                "div[name=preview_step] table:has(tr:contains(GUIDE-MUG):contains(42):contains(would be pushed)):has(tr:contains(GUIDE-CUP):contains(no item with the SKU))",
        },
        {
            content: "Back",
            trigger: "div[name=preview_step] button[name=action_setup_back]",
            run: "click",
        },
        next("products"),
        {
            content: "Go live",
            trigger: "div[name=preview_step] button[name=action_setup_go_live]",
            run: "click",
        },
        {
            content: "It says what was pushed",
            trigger: ".o_notification:contains('1 listings up to date, 1 failed')",
        },
        {
            content: "The account is open, and connected",
            trigger:
                ".o_form_view:not(:has(.o_marketplace_setup)) .o_statusbar_status button.o_arrow_button_current:contains(Connected)",
        },
    ],
});
