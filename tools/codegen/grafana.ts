/** Dashboards as Grafana stores them, from the little that tells one from another. */

interface Query {
  readonly expr: string;
  readonly legend: string;
  /** One value now instead of a series over time. */
  readonly instant?: true;
  readonly format?: "heatmap" | "table";
}

interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "table" | "stat" | "heatmap";
  readonly unit?: string;
  readonly width?: 8 | 12 | 24;
  readonly queries: readonly Query[];
}

interface Variable {
  readonly name: string;
  readonly label: string;
  /** Values come from this label of this metric, or are these. */
  readonly from: { readonly metric: string; readonly label: string } | { readonly choices: readonly string[] };
}

const datasource = { type: "prometheus", uid: "${datasource}" };

function panelModel(panel: Panel, place: { readonly id: number; readonly x: number; readonly y: number }) {
  const { title, type, unit = "short", width = 12, queries } = panel;
  return {
    id: place.id,
    title,
    type,
    datasource,
    gridPos: { x: place.x, y: place.y, w: width, h: panelHeight },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    ...(type === "table"
      ? { transformations: [{ id: "merge", options: {} }] }
      : type === "timeseries"
        ? {
            options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
          }
        : {}),
    targets: queries.map(({ expr, legend, instant = false, format = "time_series" }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource,
      expr,
      legendFormat: legend,
      instant,
      range: !instant,
      format,
    })),
  };
}

const panelHeight = 8;

function layOut(panels: readonly Panel[]) {
  let x = 0;
  let y = 0;
  return panels.map((panel, index) => {
    const { width = 12 } = panel;
    if (x + width > 24) {
      x = 0;
      y += panelHeight;
    }
    const model = panelModel(panel, { id: index + 1, x, y });
    x += width;
    return model;
  });
}

function variableModel({ name, label, from }: Variable) {
  const base = {
    name,
    label,
    multi: true,
    includeAll: true,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
  };
  if ("choices" in from) {
    const [first = ""] = from.choices;
    const current = { text: first, value: first };
    return { ...base, type: "custom", multi: false, includeAll: false, query: from.choices.join(","), current };
  }
  const query = `label_values(${from.metric}, ${from.label})`;
  return { ...base, type: "query", datasource, query: { query, refId: name }, refresh: 2, sort: 1 };
}

export function dashboardModel(facts: {
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}) {
  const { uid, title, variables, panels } = facts;
  return {
    uid,
    title,
    tags: ["karpenter"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    timezone: "browser",
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: {
      list: [
        { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", hide: 0 },
        ...variables.map(variableModel),
      ],
    },
    panels: layOut(panels),
  };
}
