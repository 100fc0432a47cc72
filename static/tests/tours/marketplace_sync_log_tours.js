// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// The shop "Tour Shop" refused the product "Tour Mug". They start on the log.
const OPEN_LINE = [
    {
        content: "Open the push that failed",
        trigger: ".o_list_view .o_data_row:contains(Warning) .o_data_cell[name=message]:contains('0 up to date, 1 failed')",
        run: "click",
    },
    stepUtils.autoExpandMoreButtons(),
];
const OPEN_REQUEST = [
    stepUtils.autoExpandMoreButtons(),
    {
        content: "Look at what was sent",
        trigger: ".oe_stat_button[name=action_open_exchanges]:contains(Requests)",
        run: "click",
    },
    {
        content: "Open the request that was refused, and not the one that asked why",
        trigger: ".o_list_view .o_data_row:has(.o_data_cell[name=trouble]:contains(bundle)) .o_data_cell[name=url]",
        run: "click",
    },
    {
        content: "It says what was wrong",
        trigger: ".o_form_view .alert-danger[role=alert]:contains(bundle)",
    },
];

registry.category("web_tour.tours").add("marketplace_sync_log_tour", {
    steps: () => [
        ...OPEN_LINE,
        {
            content: "Which listings failed?",
            trigger: ".oe_stat_button[name=action_open_listings]:contains(Failed)",
            run: "click",
        },
        {
            content: "Open the listing",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG):contains(Error) .o_data_cell[name=product_name]",
            run: "click",
        },
        {
            content: "Its chatter tells of it",
            trigger: ".o_form_view .o-mail-Message-body:contains('Failed:'):contains(track)",
        },
        {
            content: "Back to the listings",
            trigger: ".breadcrumb-item a:contains(Listings), .o_back_button",
            run: "click",
        },
        {
            content: "The listings again",
            trigger: ".o_list_view .o_data_row:contains(TOUR-MUG)",
        },
        {
            content: "Back to the line",
            trigger: ".breadcrumb-item a:contains('0 up to date, 1 failed')",
            run: "click",
        },
        ...OPEN_REQUEST,
        {
            content: "What was sent, without the secret",
            trigger:
                ".o_field_widget[name=headers]:contains('X-Shopify-Access-Token: •••'):not(:contains(shpat_))",
        },
        {
            content: "And its body",
            trigger: ".o_field_widget[name=body]:contains(inventorySetQuantities):not(:contains(shpat_))",
        },
        {
            content: "Open the answer",
            trigger: ".o_notebook a[name=answer]",
            run: "click",
        },
        {
            content: "What the shop said",
            trigger: ".o_field_widget[name=answer]:contains(userErrors)",
        },
        {
            content: "Open the command",
            trigger: ".o_notebook a[name=curl]",
            run: "click",
        },
        {
            content: "A placeholder stands for the secret",
            trigger:
                ".o_field_widget[name=curl]:contains('curl --globoff'):contains('\"$TOKEN\"'):not(:contains(shpat_))",
        },
        {
            content: "Copy it",
            trigger: ".o_field_widget[name=curl] button.o_btn_text_copy",
            async run({ click }) {
                // A browser without a window has no clipboard.
                navigator.clipboard.writeText = async (text) => {
                    document.body.dataset.copied = text;
                };
                await click();
            },
        },
        {
            content: "It was copied as it stands",
            trigger: `body[data-copied^="curl --globoff"][data-copied*='"$TOKEN"']:not([data-copied*="shpat_"])`,
        },
        {
            content: "Send it again",
            trigger: ".o_form_statusbar button[name=action_repeat], .o_form_view button[name=action_repeat]",
            run: "click",
        },
        {
            content: "It may write: one is asked",
            trigger: ".modal .modal-body:contains(may write)",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "What the shop answers now",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(.alert-danger)) .o_field_widget[name=status]:contains(200)",
        },
    ],
});

registry.category("web_tour.tours").add("marketplace_sync_log_reader_tour", {
    steps: () => [
        ...OPEN_LINE,
        ...OPEN_REQUEST,
        {
            content: "What it was, but not what was said, and nothing to send it again by",
            trigger:
                ".o_form_view:has(.o_field_widget[name=url]:contains(graphql)):not(:has(.o_notebook)):not(:has(button[name=action_repeat]))",
        },
    ],
});
