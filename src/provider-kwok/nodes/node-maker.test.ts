import { expect, it } from "vitest";
import { type NodeClaim, nodeClaimType, nodeType } from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";
import { createInformerSet, type KubeClient } from "../../kube/index.ts";
import { createApiServer } from "../../local/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
} from "../../platform/index.ts";
import { genericInstanceTypes } from "../types/generic-types.ts";
import { createOfferingChoice } from "./choose-offering.ts";
import { createExpectedNodes } from "./expected-nodes.ts";
import { createNodeMaker } from "./node-maker.ts";
import { instanceOfChoice } from "./node-object.ts";

const claim: NodeClaim = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodeClaim",
  metadata: { name: "default-1" },
  spec: {
    nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
    requirements: [],
    resources: { requests: { cpu: "1" } },
  },
};

/** The same client, with something that happens while an object is being created. */
const during = (kube: KubeClient, happens: () => void): KubeClient => ({
  get: (...call) => kube.get(...call),
  list: (...call) => kube.list(...call),
  watch: (...call) => kube.watch(...call),
  update: (...call) => kube.update(...call),
  patch: (...call) => kube.patch(...call),
  delete: (...call) => kube.delete(...call),
  createSubresource: (...call) => kube.createSubresource(...call),
  isServed: (...call) => kube.isServed(...call),
  create: async (...call) => {
    const created = await kube.create(...call);
    happens();
    return created;
  },
});

async function nodesAfterMaking(happens: (forget: () => void) => void): Promise<number> {
  const clock = createManualClock();
  const random = createSeededRandom(1);
  const log = createRecordingLogger();
  const server = createApiServer({ clock, ids: createIds(random) });
  const expected = createExpectedNodes();
  const kube = during(server.client(), () => happens(() => expected.settle("kwok-a")));
  const informers = createInformerSet({ client: kube, clock, random, log, metrics: createMetricsRegistry() });
  const nodeClaims = informers.informer({ type: nodeClaimType });
  const maker = createNodeMaker({ kube, clock, log, expected, nodeClass: () => undefined, nodeClaims });
  const choice = createOfferingChoice()(genericInstanceTypes(), claim);
  if (choice === undefined) throw new Error("no type for one CPU");
  const instance = instanceOfChoice(choice, { nodeName: "kwok-a", claim, now: clock.now() });
  expected.add("kwok-a", { instance, claim, dueAt: epochMillisOf(clock.now()) });
  await maker.reconcile("kwok-a", new AbortController().signal);
  const { items } = await kube.list(nodeType);
  await server.close();
  return items.length;
}

it("makes a node that is due", async () => {
  expect(await nodesAfterMaking(() => undefined)).toBe(1);
});

it("takes a node back whose claim was ended while it was being made", async () => {
  expect(await nodesAfterMaking((end) => end())).toBe(0);
});
