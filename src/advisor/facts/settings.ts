import type { ConfigMap } from "../../api/index.ts";
import { globalSettingsName, queueKeys } from "../../legacy/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { Workload } from "./workloads.ts";

/** The settings of the controller as far as the input has them: the map of the era, or the Deployment's own. */
export interface SettingsFacts {
  /** The ConfigMap; absent where only a Deployment is known. */
  readonly map?: ManifestObject;
  readonly data: Readonly<Record<string, string>>;
  /** Empty where nothing names it. */
  readonly clusterName: string;
  /** Name of the interruption queue; empty for none. */
  readonly queue: string;
  readonly isolated: boolean;
}

/** Undefined where the input holds neither. */
export function settingsOf(
  objects: readonly ManifestObject[],
  controllers: readonly Workload[],
): SettingsFacts | undefined {
  const map = objects.find(({ object }) => object.kind === "ConfigMap" && object.metadata.name === globalSettingsName);
  if (map === undefined && controllers.length === 0) return undefined;
  const data = dataOf(map);
  const environment = new Map(controllers.flatMap(settingsOfController));
  const spelling = queueKeys.find((key) => (data[key] ?? "") !== "");
  const queue = environment.get("INTERRUPTION_QUEUE") ?? (spelling === undefined ? "" : (data[spelling] ?? ""));
  const isolated = data["aws.isolatedVPC"] === "true" || environment.get("ISOLATED_VPC") === "true";
  const clusterName = data["aws.clusterName"] ?? environment.get("CLUSTER_NAME") ?? "";
  return { ...(map === undefined ? {} : { map }), data, clusterName, queue, isolated };
}

function dataOf(map: ManifestObject | undefined): Readonly<Record<string, string>> {
  const { data = {} } = (map?.object ?? {}) as Partial<ConfigMap>;
  return Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value === "string"));
}

/** Environment variables, and flags under the variables' names. */
function settingsOfController({ spec }: Workload): readonly (readonly [string, string])[] {
  return spec.containers.flatMap((container) => {
    const { env = [], args = [] } = container as {
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
      readonly args?: readonly string[];
    };
    const variables = env.map(({ name, value = "" }) => [name, value] as const);
    const flags = args.flatMap((arg) => {
      const match = /^--?([a-z-]+)=(.*)$/.exec(arg);
      return match === null ? [] : [[(match[1] ?? "").toUpperCase().replaceAll("-", "_"), match[2] ?? ""] as const];
    });
    return [...variables, ...flags].filter(([, value]) => value !== "");
  });
}
