/** Everything that the provider ever asks of AWS for one class: made, launched from, watched, changed and deleted. */
import type { EC2NodeClass, NodeClaim } from "../../src/api/index.ts";
import type { SimulatedAccount } from "../../src/local/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import {
  classOf,
  type ControllerFixture,
  type ControllerOptions,
  createControllerFixture,
  nodeOf,
} from "./controllers.ts";
import type { AwsFixture } from "./fixture.ts";
import { capacity, claimOf, relaunch, types } from "./requests.ts";

const { signal } = new AbortController();
const minute = 60_000;

export interface MadeCall {
  readonly service: keyof AwsClients;
  readonly method: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** Hands each call to `see` once it was answered; calls that fail are handed on with their error. */
export function watched(clients: AwsClients, see: (call: MadeCall) => void): AwsClients {
  const watchedClient = (service: keyof AwsClients, client: object): object =>
    Object.fromEntries(
      Object.entries(client).map(([method, act]) => [
        method,
        async (input: unknown, options: unknown) => {
          const call = { service, method, input };
          let output: unknown;
          try {
            output = await (act as (input: unknown, options: unknown) => Promise<unknown>)(input, options);
          } catch (error) {
            see({ ...call, error });
            throw error;
          }
          see({ ...call, output });
          return output;
        },
      ]),
    );
  return Object.fromEntries(
    Object.entries(clients).map(([service, client]) => [
      service,
      watchedClient(service as keyof AwsClients, client as object),
    ]),
  ) as unknown as AwsClients;
}

const nothingShifted = { appliedWeights: {}, zonalShifts: [] };

/** Nothing is shifted away from, but the question is asked. */
const withZonalShift = (clients: AwsClients): AwsClients => ({
  ...clients,
  zonalShift: { getManagedResource: () => Promise.resolve(nothingShifted) },
});

/** Stands in the user data, and must be seen nowhere else. */
export const secretOfLife = "TOKEN-0f1e2d3c4b5a";

const lifeClass = (): EC2NodeClass =>
  classOf({
    role: "KarpenterNodeRole",
    capacityReservationSelectorTerms: [{ id: "cr-0123456789abcdef0" }],
    placementGroupSelector: { name: "group" },
    userData: `#!/bin/bash\nexport JOIN_TOKEN=${secretOfLife}`,
  });

const prepareAccount = (account: SimulatedAccount): void => {
  account.capacity.setReservation({
    id: "cr-0123456789abcdef0",
    instanceType: "m5.xlarge",
    zone: "us-east-1a",
    total: 4,
  });
  account.capacity.setGroup({ id: "pg-0123456789abcdef0", name: "group", strategy: "partition", partitionCount: 3 });
};

const lifeOptions = (wrap: (clients: AwsClients) => AwsClients): ControllerOptions => ({
  prepare: prepareAccount,
  wrapClients: (clients) => wrap(withZonalShift(clients)),
  provider: { tagInstances: true, interruptionQueue: "karpenter-ts", watchInstanceStatus: true, offeringMetrics: true },
});

/** The whole of it, once, with `see` told of every call. */
export async function playLife(see: (call: MadeCall) => void): Promise<ControllerFixture> {
  const fixture = await createControllerFixture(lifeOptions((clients) => watched(clients, see)));
  await fixture.resolve(lifeClass());
  await runBackground(fixture);
  const launched = [
    await launchNamed(fixture, "on-demand", "on-demand"),
    await launchNamed(fixture, "spot", "spot"),
    await launchNamed(fixture, "reserved", "reserved"),
  ];
  for (const claim of launched) fixture.nodes.put(nodeOf(claim));
  for (const claim of launched) await fixture.reconcile("nodeclaim.tagging", claim.metadata.name);
  await look(fixture, launched);
  await upkeep(fixture);
  await changeRole(fixture);
  await end(fixture, launched);
  return fixture;
}

const launchNamed = (fixture: ControllerFixture, name: string, capacityType: string): Promise<NodeClaim> =>
  fixture.launchClaim(
    claimOf([types(capacityType === "reserved" ? "m5.xlarge" : "m5.large"), capacity(capacityType)]),
    name,
  );

async function runBackground({ aws, clock }: AwsFixture): Promise<void> {
  const stopping = new AbortController();
  const running = aws.background.map((loop) => loop.run(stopping.signal));
  await clock.advance(2 * minute);
  stopping.abort();
  await clock.advance(0);
  await Promise.allSettled(running);
}

async function look(fixture: ControllerFixture, claims: readonly NodeClaim[]): Promise<void> {
  const { aws, run, account, clock } = fixture;
  await run(aws.cloudProvider.list({ signal }));
  // The cache has them; a process that has just started asks.
  for (const claim of claims) await run(aws.cloudProvider.driftReason({ ...claimOf([]), claim }, { signal }));
  await run(aws.cloudProvider.get("aws:///us-east-1a/i-0123456789abcdef0", { signal }));
  const [queue, statuses] = aws.interruptions(() => true);
  account.statuses.set({
    InstanceId: account.machines.list()[0]?.instanceId ?? "",
    InstanceStatus: { Status: "ok" },
    SystemStatus: {
      Status: "impaired",
      Details: [{ Name: "reachability", Status: "failed", ImpairedSince: new Date(clock.now()) }],
    },
  });
  for (const message of await run(queue!.receive({ signal }))) await run(queue!.settle(message, { signal }));
  await run(statuses!.receive({ signal }));
}

async function upkeep(fixture: ControllerFixture): Promise<void> {
  for (const name of [
    "providers.ssm.invalidation",
    "capacityreservation.capacitytype",
    "capacityreservation.expiration",
    "zonalshift",
    "cloudprovider.metrics",
  ])
    await fixture.reconcile(name, "singleton");
}

async function changeRole(fixture: ControllerFixture): Promise<void> {
  await fixture.clock.advance(2 * minute);
  const now = fixture.classes.get("default")!;
  await fixture.resolve({ ...now, spec: { ...now.spec, role: "other" }, metadata: { ...now.metadata, generation: 2 } });
  await fixture.clock.advance(61 * minute);
  await fixture.reconcile("instanceprofile.garbagecollection", "singleton");
}

async function end(fixture: ControllerFixture, claims: readonly NodeClaim[]): Promise<void> {
  for (const claim of claims) {
    await fixture.run(fixture.aws.cloudProvider.delete({ ...claimOf([]), claim }, { signal }));
    fixture.claims.delete(claim.metadata.name ?? "");
  }
  await fixture.clock.advance(minute);
  // Something for the deletion of the class to find.
  await relaunch(fixture, claimOf([types("c5.large"), capacity("on-demand")]));
  const [left] = fixture.account.machines.list().filter(({ state }) => state === "running" || state === "pending");
  if (left !== undefined)
    await fixture.run(fixture.aws.cloudProvider.terminateUnowned({ providerId: left.providerId } as never, { signal }));
  const now = fixture.classes.get("default")!;
  fixture.classes.put({ ...now, metadata: { ...now.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" } });
  await fixture.reconcile("nodeclass");
}
