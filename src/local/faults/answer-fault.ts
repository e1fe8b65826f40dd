import type { SimulatedAccount } from "../account/account.ts";
import { matchesWildcard } from "../account/filters.ts";

/** What can be broken on purpose (product: commands, `fault`). Node names are those of the cluster; money in USD an hour. */
export type FaultRequest =
  | { readonly fault: "interrupt" | "rebalance" | "fail"; readonly node: string }
  | {
      readonly fault: "ice";
      readonly instanceType: string;
      readonly zone: string;
      readonly capacityType: string;
      readonly forMilliseconds?: number;
    }
  | { readonly fault: "throttle"; readonly callsPerSecond: number }
  | { readonly fault: "price"; readonly instanceType: string; readonly dollarsPerHour: number };

/** `done` false means that there is nothing of that name to break. */
export interface FaultAnswer {
  readonly done: boolean;
  readonly message: string;
}

/** Does what a request asks for; undefined when it is none. */
export function answerFault(account: SimulatedAccount, body: unknown): FaultAnswer | undefined {
  const request = requestOf(body);
  return request === undefined ? undefined : inflict(account, request);
}

function inflict(account: SimulatedAccount, request: FaultRequest): FaultAnswer {
  const { faults } = account;
  switch (request.fault) {
    case "ice":
      return exhaust(account, request);
    case "throttle":
      faults.throttle(request.callsPerSecond === 0 ? undefined : request.callsPerSecond);
      return { done: true, message: throttleText(request.callsPerSecond) };
    case "price":
      return reprice(account, request);
    default:
      return breakNode(account, request.fault, request.node);
  }
}

/** A misspelt name would break nothing and look as if it had. */
function unsold(account: SimulatedAccount, pattern: Readonly<Record<keyof typeof soldTexts, string>>) {
  const parts = ["instanceType", "zone", "capacityType"] as const;
  const missing = parts.find((part) => !account.sold[part].some((name) => matchesWildcard(pattern[part], name)));
  return missing === undefined ? undefined : nothingSold(account, missing, pattern[missing]);
}

function nothingSold(account: SimulatedAccount, part: keyof typeof soldTexts, wanted: string): FaultAnswer {
  const names = account.sold[part];
  const choice = names.length > mostNamed ? "" : `; there are ${names.join(", ")}`;
  return { done: false, message: `${account.region} has no ${soldTexts[part]} "${wanted}"${choice}` };
}

const soldTexts = { instanceType: "instance type", zone: "zone", capacityType: "capacity type" } as const;
const mostNamed = 10;

function reprice(account: SimulatedAccount, request: FaultRequest & { readonly fault: "price" }): FaultAnswer {
  const { instanceType, dollarsPerHour } = request;
  // One type each: no wildcards.
  if (!account.sold.instanceType.includes(instanceType)) return nothingSold(account, "instanceType", instanceType);
  account.faults.setPrice(instanceType, dollarsPerHour);
  return { done: true, message: `${instanceType} costs ${dollarsPerHour} $/h on demand from now on` };
}

function exhaust(account: SimulatedAccount, request: FaultRequest & { readonly fault: "ice" }): FaultAnswer {
  const { instanceType, zone, capacityType, forMilliseconds } = request;
  const pattern = { instanceType, zone, capacityType };
  const refused = unsold(account, pattern);
  if (refused !== undefined) return refused;
  account.faults.insufficientCapacity(pattern, forMilliseconds === undefined ? {} : { forMilliseconds });
  const time = forMilliseconds === undefined ? "until the cluster stops" : `for ${forMilliseconds / 1000} s`;
  return { done: true, message: `no capacity for ${instanceType} ${capacityType} in ${zone} ${time}` };
}

const throttleText = (rate: number): string =>
  rate === 0
    ? "the account answers every call again"
    : `the account answers ${rate} calls a second and refuses the rest`;

const nodeTexts = {
  interrupt: "gets its spot interruption notice; it ends in two minutes",
  rebalance: "gets a rebalance recommendation",
  fail: "runs on, but its kubelet has stopped",
} as const;

function breakNode(account: SimulatedAccount, fault: keyof typeof nodeTexts, node: string): FaultAnswer {
  const id = account.instanceOfNode(node);
  if (id === undefined) return { done: false, message: `there is no machine for a node "${node}"` };
  if (account.faults[fault](id)) return { done: true, message: `${node} ${nodeTexts[fault]}` };
  const why = fault === "fail" ? "it does not run" : "it is no running spot machine";
  return { done: false, message: `${node} cannot be told to ${fault}: ${why}` };
}

function requestOf(body: unknown): FaultRequest | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const fields = body as Readonly<Record<string, unknown>>;
  const texts = (...names: readonly string[]): boolean =>
    names.every((name) => typeof fields[name] === "string" && fields[name] !== "");
  const amount = (name: string): boolean =>
    typeof fields[name] === "number" && Number.isFinite(fields[name]) && fields[name] >= 0;
  const known: Readonly<Record<string, () => boolean>> = {
    interrupt: () => texts("node"),
    rebalance: () => texts("node"),
    fail: () => texts("node"),
    ice: () =>
      texts("instanceType", "zone", "capacityType") &&
      (fields.forMilliseconds === undefined || amount("forMilliseconds")),
    throttle: () => amount("callsPerSecond"),
    price: () => texts("instanceType") && amount("dollarsPerHour"),
  };
  const isWhole = typeof fields.fault === "string" && known[fields.fault]?.() === true;
  return isWhole ? (body as FaultRequest) : undefined;
}
