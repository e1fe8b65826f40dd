/** What the reference decided for a case (corpus/README.md, "result"). */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { RecordedCase } from "./read-case.ts";

export interface RecordedClaim {
  readonly nodePool: string;
  readonly pods: readonly string[];
  readonly instanceTypes: readonly string[];
  readonly requirements: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
    readonly minValues?: number;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
  readonly cheapestPrice: number;
  readonly cheapestOffering?: {
    readonly instanceType: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly price: number;
  };
}

/** One whole decision. */
export interface RecordedDecision {
  readonly newNodeClaims: readonly RecordedClaim[];
  readonly existingNodes?: readonly { readonly node: string; readonly pods: readonly string[] }[];
  readonly errors?: Readonly<Record<string, string>>;
  /** Why pods never entered the loop. */
  readonly ignored?: Readonly<Record<string, string>>;
  /** Messages on pools, `NAME: text`. */
  readonly poolErrors?: readonly string[];
  readonly stats: {
    readonly scheduled: number;
    readonly newNodeClaims: number;
    readonly totalCheapestPrice: number;
  };
}

export interface RecordedResult extends RecordedDecision {
  readonly bound?: { readonly lpPerClass: number; readonly greedyFeasible: number; readonly greedyNodes: number };
  readonly canonical?: RecordedDecision;
  readonly canonicalStable?: RecordedDecision;
  readonly runs?: {
    readonly exact: boolean;
    readonly sameErrorText?: boolean;
    readonly sometimesUnscheduled?: readonly string[];
    readonly outcomes?: readonly {
      readonly newNodeClaims: number;
      readonly scheduled: number;
      readonly totalCheapestPrice: number;
    }[];
  };
}

export interface Recording {
  readonly case: RecordedCase;
  readonly result: RecordedResult;
}

/** Recordings of a file: one, or in a file NAME.jsonl one a line; a name that ends in .gz is compressed. */
export function readRecordings(path: string): readonly Recording[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const texts = /\.jsonl(\.gz)?$/.test(path) ? text.split("\n").filter((line) => line !== "") : [text];
  return texts.map((each) => JSON.parse(each) as Recording);
}

/** Decisions that are recorded in full, the one with lowest-name ties and a stable sort first. */
export const decisionsOf = (result: RecordedResult): readonly RecordedDecision[] =>
  [result.canonicalStable, result.canonical, result].flatMap((each) => each ?? []);

/** The decision of a reference that breaks ties by lowest name and sorts stably. */
export const stableDecision = (result: RecordedResult): RecordedDecision =>
  result.canonicalStable ?? result.canonical ?? result;

export interface PlacedAndPrice {
  readonly placed: number;
  /** USD an hour. */
  readonly price: number;
  readonly nodes: number;
}

/** Every outcome of which placed pods and price are known: of all runs, not only of those recorded in full. */
export function outcomesOf(result: RecordedResult): readonly PlacedAndPrice[] {
  const full = decisionsOf(result).map(({ stats }) => stats);
  return [...full, ...(result.runs?.outcomes ?? [])].map(({ scheduled, totalCheapestPrice, newNodeClaims }) => ({
    placed: scheduled,
    price: totalCheapestPrice,
    nodes: newNodeClaims,
  }));
}

/** Pods that some outcome places. */
export function everPlaced(result: RecordedResult): ReadonlySet<string> {
  const names = decisionsOf(result).flatMap(({ newNodeClaims, existingNodes = [] }) =>
    [...newNodeClaims, ...existingNodes].flatMap(({ pods }) => pods),
  );
  return new Set([...names, ...(result.runs?.sometimesUnscheduled ?? [])]);
}
