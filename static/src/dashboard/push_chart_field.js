// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

// What an account pushed in each of the last hours, and what was refused, from the value of its field `push_chart`.
export class PushChartField extends Component {
    static template = "marketplace_sync.PushChartField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (el) => {
                if (el) {
                    const chart = new Chart(el, this.config);
                    return () => chart.destroy();
                }
            },
            () => [this.canvas.el, JSON.stringify(this.hours)]
        );
    }

    get hours() {
        return this.props.record.data[this.props.name] || [];
    }

    get pushed() {
        return this.hours.map(([, pushed]) => pushed);
    }

    get failed() {
        return this.hours.map(([, , failed]) => failed);
    }

    get isQuiet() {
        return this.hours.every(([, pushed, failed]) => !pushed && !failed);
    }

    get summary() {
        const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
        return _t("In 24 hours %(pushed)s numbers were pushed, and %(failed)s listings were refused", {
            pushed: sum(this.pushed),
            failed: sum(this.failed),
        });
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const color = getCustomColor(scheme, "#374151", "#e4e4e4");
        const bars = { stack: "hour", barPercentage: 0.9, categoryPercentage: 1 };
        return {
            type: "bar",
            data: {
                labels: this.hours.map(([begins]) => DateTime.fromMillis(begins).toLocaleString(DateTime.TIME_SIMPLE)),
                datasets: [
                    { ...bars, label: _t("Pushed"), data: this.pushed, backgroundColor: "#4a8fc7" },
                    { ...bars, label: _t("Refused"), data: this.failed, backgroundColor: "#c0392b" },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: { legend: { position: "bottom", labels: { color, boxWidth: 12, boxHeight: 12 } } },
                scales: {
                    x: { stacked: true, grid: { display: false }, ticks: { color, maxRotation: 0, maxTicksLimit: 6 } },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        grid: { color: getCustomColor(scheme, "#d8dadd", "#3c3e4b") },
                        ticks: { color, precision: 0, maxTicksLimit: 3 },
                    },
                },
            },
        };
    }
}

export const pushChartField = {
    component: PushChartField,
    displayName: _t("Chart of Pushes"),
    supportedTypes: ["json"],
};

registry.category("fields").add("marketplace_push_chart", pushChartField);
