// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const FEW_POINTS = 60; // so few that each can be seen

// What the shop acknowledged over time beside what Odoo had, from the value of `marketplace.history._chart`: a number
// holds until the next one, so the lines are steps, and the last one holds until now.
export class HistoryChartField extends Component {
    static template = "marketplace_sync.HistoryChartField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => {
            if (this.canvas.el) {
                const chart = new Chart(this.canvas.el, this.config);
                return () => chart.destroy();
            }
        });
    }

    get places() {
        return this.props.record.data[this.props.name] || [];
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const grid = { color: getCustomColor(scheme, "#d8dadd", "#3c3e4b") };
        const ticks = { color: getCustomColor(scheme, "#374151", "#e4e4e4") };
        return {
            type: "line",
            data: { datasets: this.places.flatMap((place, index) => this.lines(place, index)) },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "nearest", axis: "x", intersect: false },
                plugins: { legend: { labels: { color: ticks.color, boxWidth: 24, boxHeight: 0 } } },
                scales: {
                    x: { type: "time", grid, ticks: { ...ticks, maxRotation: 0, maxTicksLimit: 8 } },
                    y: { beginAtZero: true, grid, ticks: { ...ticks, precision: 0 } },
                },
            },
        };
    }

    lines(place, index) {
        const [color, odooColor] =
            this.places.length > 1
                ? [getColor(index, "bright", "sm"), getColor(index, "bright", "sm")]
                : [getColor(0, "bright", "sm"), getColor(3, "bright", "sm")];
        const prefix = this.places.length > 1 ? `${place.name}: ` : "";
        const common = { stepped: true, borderWidth: 2, pointHitRadius: 8 };
        return [
            {
                ...common,
                label: prefix + _t("Published"),
                data: this.untilNow(place.points.map(([x, y]) => ({ x, y }))),
                borderColor: color,
                backgroundColor: color,
                pointRadius: place.points.length > FEW_POINTS ? 0 : 2,
            },
            {
                ...common,
                label: prefix + _t("In Odoo (pieces)"),
                data: this.untilNow(place.points.map(([x, , y]) => ({ x, y }))),
                borderColor: odooColor,
                backgroundColor: odooColor,
                borderDash: [6, 4],
                pointRadius: 0,
            },
        ];
    }

    untilNow(points) {
        return [...points, { x: Date.now(), y: points.at(-1).y }];
    }
}

export const historyChartField = {
    component: HistoryChartField,
    displayName: _t("History Chart"),
    supportedTypes: ["json"],
};

registry.category("fields").add("marketplace_history_chart", historyChartField);
