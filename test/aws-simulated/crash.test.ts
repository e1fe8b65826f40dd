import { describe, expect, test } from "vitest";
import { type EC2NodeClass, isReady, type NodeClaim } from "../../src/api/index.ts";
import type { ClaimView } from "../../src/core/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { classOf, type ControllerFixture, type ControllerOptions, createControllerFixture } from "./controllers.ts";
import { capacity, claimOf, relaunch, types } from "./requests.ts";

const { signal } = new AbortController();

/** Counts calls; the n-th takes effect, its answer is lost, and nothing that the process asks after it is heard. */
interface Fuse {
  readonly calls: string[];
  limit: number;
}

const fused =
  (fuse: Fuse) =>
  (clients: AwsClients): AwsClients => {
    let dead = false;
    const wrap = (service: string, client: object): object =>
      Object.fromEntries(
        Object.entries(client).map(([method, act]) => [
          method,
          async (...args: readonly unknown[]) => {
            if (dead) throw new Error("called by a dead process");
            fuse.calls.push(`${service} ${method}`);
            const last = fuse.calls.length === fuse.limit;
            dead = last;
            const answer = await (act as (...given: readonly unknown[]) => Promise<unknown>)(...args);
            if (last) throw new Error("crashed before the answer came");
            return answer;
          },
        ]),
      );
    return Object.fromEntries(
      Object.entries(clients).map(([service, client]) => [service, wrap(service, client as object)]),
    ) as unknown as AwsClients;
  };

const claimNames = ["first", "second", "third"] as const;

function viewOf(name: string): ClaimView {
  const view = claimOf([types("m5.large"), capacity(name === "third" ? "spot" : "on-demand")]);
  const claim = { ...view.claim, metadata: { ...view.claim.metadata, name, uid: `uid-${name}` } };
  return { ...view, key: { kind: "NodeClaim", name }, claim };
}

/** One thing that controllers bring about, however often they have to begin again. */
interface Step {
  readonly name: string;
  isDone(fixture: ControllerFixture): boolean;
  attempt(fixture: ControllerFixture): Promise<unknown>;
}

const classStep: Step = {
  name: "the class becomes ready",
  isDone: ({ classes }) => isReady(classes.get("default") as EC2NodeClass),
  attempt: async (fixture) => {
    await fixture.reconcile("nodeclass");
    fixture.nodeClasses.set("default", fixture.classes.get("default")!);
  },
};

const launchStep = (name: string): Step => ({
  name: `${name} is launched`,
  isDone: ({ claims }) => claims.get(name)?.status?.providerID !== undefined,
  attempt: async (fixture) => {
    const view = viewOf(name);
    const outcome = await relaunch(fixture, view);
    if (!outcome.ok) return;
    const status = { providerID: outcome.value.providerId, nodeName: `node-of-${name}` };
    fixture.claims.put({ ...view.claim, status });
  },
});

const tagStep = (name: string): Step => ({
  name: `${name} is named on its machine`,
  isDone: ({ claims }) => claims.get(name)?.metadata.annotations?.["karpenter.k8s.aws/tagged"] === "true",
  attempt: (fixture) => fixture.reconcile("nodeclaim.tagging", name),
});

const deleteStep = (name: string): Step => ({
  name: `${name} is deleted`,
  isDone: ({ claims }) => claims.get(name) === undefined,
  attempt: async (fixture) => {
    const claim = fixture.claims.get(name) as NodeClaim;
    const outcome = await fixture.run(fixture.aws.cloudProvider.delete({ ...viewOf(name), claim }, { signal }));
    // Only "there is none" lets a finalizer go.
    if (!outcome.ok) fixture.claims.delete(name);
    else await fixture.clock.advance(60_000);
  },
});

const endStep: Step = {
  name: "the class is deleted",
  isDone: ({ classes }) => classes.get("default") === undefined,
  attempt: async (fixture) => {
    const now = fixture.classes.get("default")!;
    if (now.metadata.deletionTimestamp === undefined)
      fixture.classes.put({ ...now, metadata: { ...now.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" } });
    await fixture.reconcile("nodeclass");
  },
};

const steps: readonly Step[] = [
  classStep,
  ...claimNames.map(launchStep),
  tagStep("first"),
  ...claimNames.map(deleteStep),
  endStep,
];

const optionsFor = (fuse: Fuse): ControllerOptions => ({
  provider: { tagInstances: true },
  wrapClients: fused(fuse),
});

interface Life {
  readonly calls: readonly string[];
  readonly faults: readonly string[];
}

/** A process that dies starts again, until it lives. */
async function start(fuse: Fuse, previous?: ControllerFixture): Promise<ControllerFixture> {
  const options = { ...optionsFor(fuse), ...(previous === undefined ? {} : { previous }) };
  try {
    return await createControllerFixture(options);
  } catch (error) {
    if (previous === undefined) throw error;
    return await createControllerFixture(options);
  }
}

async function live(cut: number): Promise<Life> {
  // The very first start has nothing to lose yet.
  const fuse: Fuse = { calls: [], limit: Number.POSITIVE_INFINITY };
  let fixture = await start(fuse);
  fuse.calls.splice(0);
  fuse.limit = cut;
  const everLaunched = new Set<string>();
  fixture.account.machines.subscribe(({ providerId }) => void everLaunched.add(providerId));
  fixture.classes.put(classOf());
  const faults: string[] = [];
  for (const step of steps) {
    for (let attempt = 0; attempt < 6 && !step.isDone(fixture); attempt += 1) {
      const before = fuse.calls.length;
      await step.attempt(fixture).catch(() => undefined);
      if (before < cut && fuse.calls.length >= cut) fixture = await start(fuse, fixture);
    }
    if (!step.isDone(fixture)) faults.push(`${step.name}: never`);
  }
  await fixture.clock.advance(5 * 60_000);
  const { InstanceProfiles = [] } = await fixture.account.clients.iam.listInstanceProfiles({});
  const left = { ...fixture.account.inventory(), profiles: InstanceProfiles.length };
  if (left.instances + left.launchTemplates + left.profiles > 0) faults.push(`left behind: ${JSON.stringify(left)}`);
  if (everLaunched.size !== claimNames.length)
    faults.push(`${everLaunched.size} machines for ${claimNames.length} claims`);
  fixture.account.close();
  return { calls: [...fuse.calls], faults: faults.map((fault) => `cut at ${cut} (${fuse.calls[cut - 1]}): ${fault}`) };
}

describe("a process that dies with a call to AWS (issue 7, product 8)", () => {
  test("each call of a class' life: no orphan, no second machine, no template or profile left behind", async () => {
    const whole = await live(Number.POSITIVE_INFINITY);
    expect(whole.faults).toEqual([]);
    const faults: string[] = [];
    for (let cut = 1; cut <= whole.calls.length; cut += 1) faults.push(...(await live(cut)).faults);
    console.log(`cut at each of ${whole.calls.length} calls: ${[...new Set(whole.calls)].join(", ")}`);
    expect(faults).toEqual([]);
    expect(whole.calls.length).toBeGreaterThan(30);
  }, 120_000);
});
