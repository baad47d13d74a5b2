// What the dashboards of deploy/grafana may be made of: Grafana's own types, narrowed to the panels that they use, with
// what Grafana leaves open (options, queries, links) filled in. Of this file comes grafana_dashboard.schema.json, which
// says how it was made. Dashboards with another kind of panel need another line here.
import type {
  AnnotationQuery, Dashboard as GrafanaDashboard, DataQuery, FieldConfig, FieldConfigSource, GraphFieldConfig, Panel,
  RowPanel, VariableModel,
} from "@grafana/schema";
import type * as bargauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as text from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: "time_series" | "table" | "heatmap";
}

interface Annotation extends Omit<AnnotationQuery, "target"> {
  target?: PrometheusQuery;
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  useValueForTime?: boolean;
}

interface Link {
  title: string;
  url: string;
  targetBlank?: boolean;
}

interface Fields<Custom> extends Omit<FieldConfigSource, "defaults"> {
  defaults: Omit<FieldConfig, "custom" | "links"> & { custom?: Custom; links?: Link[] };
}

type Unused = "libraryPanel" | "transformations" | "cacheTimeout" | "queryCachingTTL";

interface Chart<Type extends string, Options, Custom>
  extends Omit<Panel, "type" | "options" | "fieldConfig" | "targets" | Unused> {
  type: Type;
  options: Options;
  fieldConfig: Fields<Custom>;
  targets: PrometheusQuery[];
}

interface Text extends Omit<Panel, "type" | "options" | "fieldConfig" | "targets" | Unused> {
  type: "text";
  options: text.Options;
}

// Rows stay open: what belongs to a row follows it.
interface Row extends Omit<RowPanel, "panels"> {
  panels: [];
}

export interface Dashboard extends Omit<GrafanaDashboard, "annotations" | "panels" | "snapshot" | "templating"> {
  annotations: { list: Annotation[] };
  templating: { list: VariableModel[] };
  panels: Array<
    | Chart<"stat", stat.Options, {}>
    | Chart<"bargauge", bargauge.Options, {}>
    | Chart<"timeseries", timeseries.Options, GraphFieldConfig>
    | Chart<"heatmap", heatmap.Options, heatmap.FieldConfig>
    | Text
    | Row
  >;
}
