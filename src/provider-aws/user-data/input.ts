import type { AmiFamily, EC2NodeClassSpec, KubeletConfiguration, NodeClaim, Taint } from "../../api/index.ts";
import { labels as labelKeys, matchesTaint, taints as karpenterTaints } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import type { ReservedTexts } from "../catalogue/index.ts";

/** The cluster as a node has to know it. */
export interface ClusterAddress {
  readonly name: string;
  readonly endpoint: string;
  /** Base64. */
  readonly caBundle?: string;
  /** Service network; AL2023 cannot do without. */
  readonly cidr?: string;
  /** Address of kube-dns. */
  readonly dns?: string;
}

/** Everything that user data of any family is made from (spec: aws 3.6). */
export interface BootstrapInput {
  readonly family: AmiFamily;
  readonly cluster: ClusterAddress;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** The class' map with expressions left out, pods and DNS filled in. */
  readonly kubelet: KubeletConfiguration;
  readonly raid0: boolean;
  readonly customUserData?: string;
  /** Version of the image where the family's data depends on it (Bottlerocket); undefined when unknown. */
  readonly imageVersion?: string;
}

const ownDomains = ["kubernetes.io", "k8s.io", "node-restriction.kubernetes.io"];

/** Domains whose labels a kubelet may not set on its own node. */
function isKubeletForbidden(key: string): boolean {
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  return ownDomains.some((own) => domain === own || domain.endsWith(`.${own}`));
}

export function nodeLabels(
  claimLabels: Readonly<Record<string, string>>,
  { family, capacityType }: { readonly family: AmiFamily; readonly capacityType: string },
): Readonly<Record<string, string>> {
  const all = {
    ...claimLabels,
    [labelKeys.capacityType]: capacityType,
    ...(family === "Custom" ? {} : { [labelKeys.doNotSyncTaints]: "true" }),
  };
  const allowed = Object.entries(all).filter(([key]) => !isKubeletForbidden(key));
  return Object.fromEntries(allowed.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Taints, then startup taints, then the mark that keeps pods off until registration. */
export function nodeTaints({ taints = [], startupTaints = [] }: NodeClaim["spec"]): readonly Taint[] {
  const all = [...taints, ...startupTaints];
  const marked = all.some((taint) => matchesTaint(taint, karpenterTaints.unregistered));
  return marked ? all : [...all, karpenterTaints.unregistered];
}

/** The class' settings as one machine's kubelet gets them; `reserved` is what expressions came to on its type. */
export function kubeletFor(
  spec: EC2NodeClassSpec,
  {
    maxPods,
    dns,
    reserved,
  }: { readonly maxPods: number; readonly dns: string | undefined; readonly reserved?: ReservedTexts | undefined },
): KubeletConfiguration {
  const { kubelet = {} } = spec;
  const clusterDNS = kubelet.clusterDNS ?? (dns === undefined ? undefined : [dns]);
  return {
    ...kubelet,
    ...(clusterDNS === undefined ? {} : { clusterDNS }),
    maxPods: typeof kubelet.maxPods === "number" ? kubelet.maxPods : maxPods,
    ...reservedFor("kubeReserved", kubelet.kubeReserved, reserved),
    ...reservedFor("systemReserved", kubelet.systemReserved, reserved),
  };
}

/** What is no quantity is an expression: replaced by what it came to, left out where it came to nothing (spec: aws 2.6). */
function reservedFor<K extends keyof ReservedTexts>(
  field: K,
  map: Readonly<Record<string, string>> | undefined,
  reserved: ReservedTexts | undefined,
): Partial<Record<K, Readonly<Record<string, string>>>> {
  if (map === undefined) return {};
  const made: Readonly<Record<string, string>> = reserved?.[field] ?? {};
  const plain = Object.entries(map).flatMap(([resource, text]): (readonly [string, string])[] => {
    if (parseAmount(resource, text).ok) return [[resource, text]];
    const value = made[resource];
    return value === undefined ? [] : [[resource, value]];
  });
  return { [field]: Object.fromEntries(plain) } as Record<K, Readonly<Record<string, string>>>;
}

/** IPv6 exactly when the DNS address is not an IPv4 one (text that is no address counts as IPv6, as upstream has it). */
export const isIpv6 = (dns: string | undefined): boolean => dns !== undefined && !/^\d{1,3}(\.\d{1,3}){3}$/.test(dns);
