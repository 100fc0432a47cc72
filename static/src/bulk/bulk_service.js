// SPDX-License-Identifier: LGPL-3.0-or-later
import { registry } from "@web/core/registry";

// How far something is that is done in the background: one notification for each, which the next one replaces.
export const marketplaceBulkService = {
    dependencies: ["bus_service", "notification"],
    start(env, { bus_service, notification }) {
        const shown = new Map();
        bus_service.subscribe("marketplace_sync.bulk", ({ id, is_over, message, title, type }) => {
            shown.get(id)?.();
            const sticky = !is_over || type !== "success";
            shown.set(id, notification.add(message, { title, type, sticky }));
        });
        bus_service.start();
    },
};

registry.category("services").add("marketplace_sync.bulk", marketplaceBulkService);
