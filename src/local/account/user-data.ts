import { parse as parseToml, type TomlTable } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { Taint, TaintEffect } from "../../api/index.ts";

/** What a booted machine finds in its user data: how its kubelet is to register. */
export interface Registration {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Settings that change what the node offers to pods, in the kubelet's own words. */
  readonly kubelet: Readonly<Record<string, unknown>>;
  /** Local disks become the node's storage. */
  readonly raid0: boolean;
}

const nothing: Registration = { labels: {}, taints: [], kubelet: {}, raid0: false };

/** Reads base64 user data as the image would: nodeadm documents, Bottlerocket settings, or flags of a bootstrap script. */
export function readUserData(base64: string | undefined): Registration {
  if (base64 === undefined || base64 === "") return nothing;
  const text = Buffer.from(base64, "base64").toString("utf8");
  const documents = nodeConfigs(text);
  if (documents.length > 0) return documents.map(fromNodeConfig).reduce(merged, nothing);
  if (/^\s*\[settings[.\]]/m.test(text)) return fromBottlerocket(text);
  return fromFlags(text);
}

const merged = (a: Registration, b: Registration): Registration => ({
  labels: { ...a.labels, ...b.labels },
  taints: b.taints.length > 0 ? b.taints : a.taints,
  kubelet: { ...a.kubelet, ...b.kubelet },
  raid0: a.raid0 || b.raid0,
});

/** Bodies of the NodeConfig parts of a MIME document, or the document itself if it is one. */
function nodeConfigs(text: string): readonly unknown[] {
  const bodies = text.includes("application/node.eks.aws")
    ? text
        .split(/^--.*$/m)
        .filter((part) => part.includes("application/node.eks.aws"))
        .map((part) => part.slice(part.indexOf("\n\n") + 2))
    : [text];
  return bodies.map(yamlOf).filter((value) => isMap(value) && value["kind"] === "NodeConfig");
}

function yamlOf(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    // A script, which is read for its flags instead.
    return undefined;
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const mapAt = (value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> => {
  const found = path.reduce<unknown>((current, key) => (isMap(current) ? current[key] : undefined), value);
  return isMap(found) ? found : {};
};

function fromNodeConfig(document: unknown): Registration {
  const { registerWithTaints, ...kubelet } = mapAt(document, "spec", "kubelet", "config");
  const { flags } = mapAt(document, "spec", "kubelet");
  const text = Array.isArray(flags) ? flags.join(" ") : "";
  return {
    labels: parseLabels(flagValue(text, "node-labels")),
    taints: Array.isArray(registerWithTaints) ? registerWithTaints.filter(isMap).map(taintOf) : [],
    kubelet,
    raid0: mapAt(document, "spec", "instance", "localStorage")["strategy"] === "RAID0",
  };
}

const taintOf = (value: Readonly<Record<string, unknown>>): Taint => ({
  key: String(value["key"]),
  ...(typeof value["value"] === "string" && value["value"] !== "" ? { value: value["value"] } : {}),
  effect: value["effect"] as TaintEffect,
});

function fromBottlerocket(text: string): Registration {
  const kubernetes = mapAt(parseToml(text) satisfies TomlTable, "settings", "kubernetes");
  const labels = Object.entries(mapAt(kubernetes, "node-labels")).map(([key, value]) => [key, String(value)]);
  const taints = Object.entries(mapAt(kubernetes, "node-taints")).flatMap(([key, list]) =>
    (Array.isArray(list) ? list : []).map((entry) => parseTaint(`${key}=${String(entry)}`)),
  );
  const kubelet = {
    maxPods: kubernetes["max-pods"],
    kubeReserved: kubernetes["kube-reserved"],
    systemReserved: kubernetes["system-reserved"],
    evictionHard: kubernetes["eviction-hard"],
  };
  return {
    labels: Object.fromEntries(labels),
    taints,
    kubelet: defined(kubelet),
    raid0: text.includes("ephemeral-storage"),
  };
}

function fromFlags(text: string): Registration {
  const taints = flagValue(text, "register-with-taints");
  const maxPods = flagValue(text, "max-pods");
  const kubelet = {
    maxPods: maxPods === undefined ? undefined : Number(maxPods),
    kubeReserved: parsePairs(flagValue(text, "kube-reserved"), "="),
    systemReserved: parsePairs(flagValue(text, "system-reserved"), "="),
    evictionHard: parsePairs(flagValue(text, "eviction-hard"), "<"),
  };
  return {
    labels: parseLabels(flagValue(text, "node-labels")),
    taints: taints === undefined || taints === "" ? [] : taints.split(",").map(parseTaint),
    kubelet: defined(kubelet),
    raid0: text.includes("--local-disks raid0"),
  };
}

const defined = (map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

/** `--name="value"`, `--name=value`; the last one counts. */
function flagValue(text: string, name: string): string | undefined {
  const found = [...text.matchAll(new RegExp(`--${name}=(?:"([^"]*)"|([^\\s'"]+))`, "g"))].at(-1);
  return found === undefined ? undefined : (found[1] ?? found[2]);
}

const parseLabels = (text: string | undefined): Readonly<Record<string, string>> => parsePairs(text, "=") ?? {};

function parsePairs(text: string | undefined, sign: string): Readonly<Record<string, string>> | undefined {
  if (text === undefined || text === "") return undefined;
  const pairs = text.split(",").map((pair) => {
    const at = pair.indexOf(sign);
    return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

/** `key=value:Effect`, `key:Effect`, `key=:Effect`. */
function parseTaint(text: string): Taint {
  const colon = text.lastIndexOf(":");
  const head = text.slice(0, colon);
  const equals = head.indexOf("=");
  const value = equals < 0 ? "" : head.slice(equals + 1);
  return {
    key: equals < 0 ? head : head.slice(0, equals),
    ...(value === "" ? {} : { value }),
    effect: text.slice(colon + 1) as TaintEffect,
  };
}
