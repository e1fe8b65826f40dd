/** Node groups that Cluster Autoscaler may scale, as its flags, the account and the nodes tell them (KBP108). */
import type { Taint, TaintEffect } from "../../api/index.ts";
import type { Facts } from "./facts.ts";
import type { Workload } from "./workloads.ts";

export interface ScaledGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

export const autoscalersOf = ({ workloads }: Facts): readonly Workload[] =>
  workloads.filter(
    ({ kind, spec }) =>
      kind === "Deployment" &&
      spec.containers.some(({ image = "" }) => /(?:^|\/)cluster-autoscaler[\w.-]*(?:[:@]|$)/.test(image)),
  );

/** `argumentsOf` joins command and args: the flags stand in either. */
function flagsOf({ spec }: Workload): readonly string[] {
  return spec.containers.flatMap((container) => {
    const { command = [], args = [] } = container as { readonly command?: unknown; readonly args?: readonly string[] };
    const words: readonly unknown[] = Array.isArray(command) ? command : [];
    return [...words.filter((word) => typeof word === "string"), ...args];
  });
}

/** Named by `--nodes=MIN:MAX:NAME`; undefined where groups are discovered and no account tells which there are. */
export function scaledGroups(facts: Facts, autoscaler: Workload): readonly ScaledGroup[] | undefined {
  const flags = flagsOf(autoscaler);
  const named = flags.flatMap((flag) => {
    const match = /^--nodes=(\d+):(\d+):(.+)$/.exec(flag);
    return match === null ? [] : [{ min: Number(match[1]), max: Number(match[2]), name: match[3] ?? "" }];
  });
  const discovers = flags.some((flag) => flag.startsWith("--node-group-auto-discovery"));
  const answer = facts.account?.scalingGroups;
  const groups = answer?.ok === true ? answer.value : [];
  if (discovers && answer?.ok !== true && named.length === 0) return undefined;
  const found = groups.filter(({ tags }) => "k8s.io/cluster-autoscaler/enabled" in tags).map((group) => ({ ...group }));
  const all = discovers ? [...named, ...found] : named;
  return all.map((group) => ({ ...group, ...shapeOf(facts, group.name) }));
}

const labelTag = "k8s.io/cluster-autoscaler/node-template/label/";
const taintTag = "k8s.io/cluster-autoscaler/node-template/taint/";

/** Labels and taints of the tags, and of a node of the group where there is one. */
function shapeOf({ account, nodes }: Facts, name: string): Pick<ScaledGroup, "labels" | "taints"> {
  const answer = account?.scalingGroups;
  const tags = (answer?.ok === true ? answer.value.find((group) => group.name === name)?.tags : undefined) ?? {};
  const group = tags["eks:nodegroup-name"] ?? name;
  const node = nodes.find(({ object }) => object.metadata.labels?.["eks.amazonaws.com/nodegroup"] === group)?.object;
  const tagged = Object.entries(tags).flatMap(([key, value]) =>
    key.startsWith(labelTag) ? [[key.slice(labelTag.length), value] as const] : [],
  );
  const taints = Object.entries(tags).flatMap(([key, value]): readonly Taint[] => {
    const [, text = "", effect = ""] = /^(.*):(\w+)$/.exec(value) ?? [];
    return key.startsWith(taintTag)
      ? [{ key: key.slice(taintTag.length), value: text, effect: effect as TaintEffect }]
      : [];
  });
  return {
    labels: { ...node?.metadata.labels, ...Object.fromEntries(tagged) },
    taints: [...taints, ...(node?.spec?.taints ?? [])],
  };
}
