/** Drift hash of a NodePool: the template without its requirements, and nothing outside of it (spec: api 0.5). */
import type { NodeClaimTemplate, NodeClassReference, NodePool } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import { parseDurationNanoseconds } from "../kubernetes/duration.ts";
import { parseTimestamp } from "../kubernetes/time.ts";
import { plainString, stringMap, whenPresent } from "./fields.ts";
import type { Hash } from "./fnv.ts";
import { hashInt64, hashList, hashRaw, hashStruct } from "./fnv.ts";

export const nodePoolHashVersion = "v3";

/** Decimal text for the annotation `karpenter.sh/nodepool-hash`. */
export function nodePoolHash(pool: Pick<NodePool, "spec">): string {
  const { metadata, spec } = pool.spec.template;
  return hashStruct("NodeClaimTemplate", [
    ["ObjectMeta", hashMetadata(metadata ?? {})],
    ["Spec", hashTemplateSpec(spec)],
  ]).toString();
}

type TemplateMetadata = NonNullable<NodeClaimTemplate["metadata"]>;

/** A struct without any set member is a zero value like any other, and left out. */
function hashMetadata({ labels, annotations }: TemplateMetadata): Hash | undefined {
  if (labels === undefined && annotations === undefined) return undefined;
  return hashStruct("ObjectMeta", [
    ["Labels", stringMap(labels)],
    ["Annotations", stringMap(annotations)],
  ]);
}

function hashTemplateSpec(spec: NodeClaimTemplate["spec"]): Hash {
  return hashStruct("NodeClaimTemplateSpec", [
    ["Taints", whenPresent(spec.taints, hashTaints)],
    ["StartupTaints", whenPresent(spec.startupTaints, hashTaints)],
    ["NodeClassRef", whenPresent(spec.nodeClassRef, hashNodeClassRef)],
    ["TerminationGracePeriod", hashDuration("Duration", spec.terminationGracePeriod)],
    ["ExpireAfter", hashNillableDuration(spec.expireAfter)],
  ]);
}

const hashTaints = (taints: readonly Taint[]): Hash => hashList(taints, hashTaint);

function hashTaint(taint: Taint): Hash {
  return hashStruct("Taint", [
    ["Key", plainString(taint.key)],
    ["Value", plainString(taint.value)],
    ["Effect", plainString(taint.effect)],
    ["TimeAdded", whenPresent(taint.timeAdded, hashTime)],
  ]);
}

function hashNodeClassRef(ref: NodeClassReference): Hash {
  return hashStruct("NodeClassReference", [
    ["Kind", plainString(ref.kind)],
    ["Name", plainString(ref.name)],
    ["Group", plainString(ref.group)],
  ]);
}

/** A pointer to a struct: present but zero (`0s`) is hashed, with its only member left out. */
function hashDuration(typeName: string, text: string | undefined): Hash | undefined {
  if (text === undefined) return undefined;
  const nanoseconds = parseDurationNanoseconds(text) ?? 0n;
  return hashStruct(typeName, [["Duration", nanoseconds === 0n ? undefined : hashInt64(nanoseconds)]]);
}

/** `Never` and an absent value are the zero struct; `0s` is a pointer to zero, and counts. */
function hashNillableDuration(text: string | undefined): Hash | undefined {
  if (text === undefined || text === "Never") return undefined;
  return hashStruct("NillableDuration", [["Duration", hashInt64(parseDurationNanoseconds(text) ?? 0n)]]);
}

/** Seconds from 0001-01-01 to 1970-01-01, where Go's instants start. */
const secondsBeforeEpoch = 62_135_596_800n;

/** The binary form of a Go instant as a process in UTC holds it: version 1, seconds and nanoseconds, zone offset 0. */
function hashTime(text: string): Hash {
  const millis = BigInt(parseTimestamp(text) ?? 0);
  const seconds = BigInt.asUintN(64, millis / 1000n + secondsBeforeEpoch);
  const bytes = [1];
  for (let shift = 56n; shift >= 0n; shift -= 8n) bytes.push(Number((seconds >> shift) & 0xffn));
  bytes.push(0, 0, 0, 0, 0, 0);
  return hashStruct("Time", [["Time", hashRaw(bytes)]]);
}
