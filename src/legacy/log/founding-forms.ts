/** Log lines as the founding document shows them (spec: v1alpha5 4.13, D10): pure texts, the shell decides when. */

/** Nothing to do. */
export const waitingLine = "Waiting for unschedulable pods";

/** Go's text of a duration with one decimal, as the old batcher printed it. */
export const batchedLine = (pods: number, milliseconds: number): string =>
  `Batched ${pods} pods in ${(milliseconds / 1000).toFixed(1)}s`;

const mostTypesShown = 20;

/** Types separated by blanks, twenty at most. */
export const packingLine = (nodes: number, pods: number, types: readonly string[]): string =>
  `Computed packing of ${nodes} node(s) for ${pods} pod(s) with instance type option(s) [${types.slice(0, mostTypesShown).join(" ")}]`;

export interface LaunchedInstance {
  readonly id: string;
  readonly hostname: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
}

export const launchedLine = ({ id, hostname, type, zone, capacityType }: LaunchedInstance): string =>
  `Launched instance: ${id}, hostname: ${hostname}, type: ${type}, zone: ${zone}, capacityType: ${capacityType}`;

/** The chain as it reads when the SSM endpoint is missing (R35). */
export const launchFailedLine = (chain: string): string => `Could not launch node, ${chain}`;

export const ssmChain = (error: string): string =>
  `launching instances, getting launch template configs, getting launch templates, getting ssm parameter, ${error}`;

/** `date` is that of the table in use, RFC 3339 (R38). */
export const pricingFailedLine = (error: string, date: string): string =>
  `updating on-demand pricing, ${error}, using existing pricing data from ${date}`;

export const isolatedVpcLine = "Assuming isolated VPC, pricing information will not be updated";

/** Go's text of whole seconds: `30s`, `1m0s`, `1h0m0s`. */
export function goSeconds(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

export const emptyAddedLine = "Added TTL to empty node";
export const emptyRemovedLine = "Removed emptiness TTL from node";
export const emptyTriggeredLine = (ttlSeconds: number): string =>
  `Triggering termination after ${goSeconds(ttlSeconds)} for empty node`;

export const expiryTriggeredLine = (ttlSeconds: number, lateSeconds: number): string =>
  `Triggering termination for expired node after ${goSeconds(ttlSeconds)} (+${goSeconds(lateSeconds)})`;
