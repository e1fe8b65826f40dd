import { describe, expect, test } from "vitest";
import {
  type EC2NodeClass,
  ec2NodeClassType,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  nodeType,
} from "../../src/api/index.ts";
import { createIds, createSeededRandom } from "../../src/platform/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { createFakeKind, type FakeKind, patchOnlyClient } from "./fake-kube.ts";
import { runOn } from "./fixture.ts";
import { capacity, claimOf, launch, types } from "./requests.ts";

async function launched(wrapClients?: (clients: AwsClients) => AwsClients) {
  const view = claimOf([types("m5.large"), capacity("on-demand")]);
  const { fixture, outcome } = await launch(view, {
    provider: { tagInstances: true },
    ...(wrapClients && { wrapClients }),
  });
  if (!outcome.ok) throw new Error(outcome.failure.message);
  const claims = createFakeKind<NodeClaim>(nodeClaimType);
  const [tagging] = fixture.aws
    .reconcilers({
      kube: patchOnlyClient([claims] as unknown as readonly FakeKind<never>[]),
      ids: createIds(createSeededRandom(1)),
      events: { publish: () => undefined },
      nodeClasses: createFakeKind<EC2NodeClass>(ec2NodeClassType).informer,
      nodeClaims: claims.informer,
      nodes: createFakeKind(nodeType).informer,
      nodePools: createFakeKind(nodePoolType).informer,
    })
    .filter(({ name }) => name === "nodeclaim.tagging");
  const { claim } = claimOf([]);
  const status = { providerID: outcome.value.providerId, nodeName: "ip-10-0-0-4.ec2.internal" };
  claims.put({ ...claim, status });
  const { account, clock } = fixture;
  const instanceId = account.machines.list()[0]?.instanceId ?? "";
  const tags = async () => {
    const { Reservations = [] } = await account.clients.ec2.describeInstances({ InstanceIds: [instanceId] });
    const all = Reservations[0]?.Instances?.[0]?.Tags ?? [];
    return Object.fromEntries(all.map(({ Key = "", Value = "" }) => [Key, Value]));
  };
  const reconcile = () => runOn(clock, Promise.resolve(tagging?.reconcile("general-x", new AbortController().signal)));
  return { account, clock, claims, instanceId, tags, reconcile };
}

describe("tagging", () => {
  test("[aws 9.8.140] names node and claim on the instance, and both annotations on the claim, once", async () => {
    const { account, claims, tags, reconcile } = await launched();
    await reconcile();
    expect(await tags()).toMatchObject({ Name: "ip-10-0-0-4.ec2.internal", "karpenter.sh/nodeclaim": "general-x" });
    expect(claims.get("general-x")?.metadata.annotations).toMatchObject({
      "karpenter.k8s.aws/tagged": "true",
      "compatibility.karpenter.k8s.aws/cluster-name-tagged": "true",
    });
    await reconcile();
    expect(account.calls.get("EC2 CreateTags")).toBe(1);
  });

  test("[aws 9.8.140] overwrites no name, and leaves claims alone that are being deleted", async () => {
    const { account, claims, instanceId, tags, reconcile } = await launched();
    const claim = claims.get("general-x")!;
    claims.put({
      ...claim,
      metadata: { ...claim.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x"] },
    });
    await reconcile();
    expect(await tags()).not.toHaveProperty("Name");
    claims.put(claim);
    await account.clients.ec2.createTags({ Resources: [instanceId], Tags: [{ Key: "Name", Value: "mine" }] });
    await reconcile();
    expect(await tags()).toMatchObject({ Name: "mine", "karpenter.sh/nodeclaim": "general-x" });
  });

  test("[aws 9.8.156] a call that fails is an error, and the next comes a second later at the earliest", async () => {
    const { clock, reconcile } = await launched((clients) => ({
      ...clients,
      ec2: { ...clients.ec2, createTags: () => Promise.reject(new Error("no")) },
    }));
    const before = clock.monotonic();
    await expect(reconcile()).rejects.toThrow("EC2 CreateTags");
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(1_000);
  });

  test("an instance that is gone needs no tags", async () => {
    const { account, clock, claims, instanceId, reconcile } = await launched();
    account.faults.terminate(instanceId);
    await clock.advance(5_000);
    await reconcile();
    expect(claims.patches).toEqual([]);
  });
});
