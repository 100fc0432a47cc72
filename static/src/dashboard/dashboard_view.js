// SPDX-License-Identifier: LGPL-3.0-or-later
import { useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";

const CHANNEL = "marketplace_sync.accounts";
const NEWS = "marketplace_sync.account_changed";
const LOOK_AGAIN = 2000; // ms; the server says nothing of what happens within a second of its last news
const LOOK_ANYWAY = 60000; // ms; nothing is said of what begins to wait: whoever moves stock has no time for that

const PRESSED = ".o_marketplace_dashboard .o_kanban_record button, .o_marketplace_dashboard .o_kanban_record a";

// A kanban view takes these keys for its cards, and from what stands on them: here they press what has the focus.
function usePressing() {
    for (const key of ["enter", "space"]) {
        useHotkey(key, ({ area }) => area.click(), { area: () => document.activeElement?.closest(PRESSED) });
    }
}

// Calls back with an account's id when its card may be out of date: at once when news of it come, and once more a
// little later, for what happened meanwhile. News that come in between put that off rather than call back themselves.
function useAccountNews(callback) {
    const bus = useService("bus_service");
    const waiting = new Map(); // by the account's id
    const hear = (id) => {
        if (waiting.has(id)) {
            waiting.get(id).isNews = true;
            return;
        }
        callback(id);
        const pause = { isNews: false };
        pause.timer = browser.setTimeout(() => {
            waiting.delete(id);
            if (pause.isNews) {
                hear(id);
            } else {
                callback(id);
            }
        }, LOOK_AGAIN);
        waiting.set(id, pause);
    };
    const onNews = ({ id }) => hear(id);
    useEffect(
        () => {
            bus.subscribe(NEWS, onNews);
            bus.addChannel(CHANNEL);
            return () => {
                bus.unsubscribe(NEWS, onNews);
                bus.deleteChannel(CHANNEL);
                waiting.forEach(({ timer }) => browser.clearTimeout(timer));
            };
        },
        () => []
    );
}

export class MarketplaceDashboardController extends KanbanController {
    setup() {
        super.setup();
        usePressing();
        useAccountNews((id) => this.readAgain(id));
        useEffect(
            () => {
                const timer = browser.setInterval(() => this.readAll(), LOOK_ANYWAY);
                return () => browser.clearInterval(timer);
            },
            () => []
        );
    }

    async readAll() {
        if (document.visibilityState === "visible" && !this.hasSelectedRecords) {
            await this.model.load();
        }
    }

    async readAgain(id) {
        const card = this.model.root.records.find((record) => record.resId === id);
        if (!card || this.model.useSampleModel) {
            return; // of another company than those that are chosen, say
        }
        try {
            await card.load();
        } catch {
            await this.model.load(); // it was deleted, or belongs to others now
        }
    }
}

export const marketplaceDashboardView = {
    ...kanbanView,
    Controller: MarketplaceDashboardController,
};

registry.category("views").add("marketplace_dashboard", marketplaceDashboardView);
