import { expect } from "vitest";
import {
  type Binding,
  type Eviction,
  type Node,
  nodeType,
  type Pod,
  podDisruptionBudgetType,
  podType,
} from "../../api/index.ts";
import { type CaseContext, type ConformanceCase, causesOf, nameOf, pod, refusal } from "./context.ts";

function bindTo(
  { client, namespace }: CaseContext,
  name: string,
  how: { readonly node: string; readonly uid?: string },
) {
  const binding: Binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, ...(how.uid === undefined ? {} : { uid: how.uid }) },
    target: { apiVersion: "v1", kind: "Node", name: how.node },
  };
  return client.createSubresource(podType, { name, namespace }, "binding", binding);
}

function evictPod({ client, namespace }: CaseContext, name: string, uid?: string) {
  const eviction: Eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name, namespace },
    ...(uid === undefined ? {} : { deleteOptions: { preconditions: { uid } } }),
  };
  return client.createSubresource(podType, { name, namespace }, "eviction", eviction);
}

/** A pod that is bound, runs and is ready, as budgets count it. */
async function createRunning(context: CaseContext, name: string): Promise<Pod> {
  const { client, namespace } = context;
  const metadata = { labels: { app: "web" } };
  await client.create(podType, pod(context, name, { metadata, spec: { nodeName: "conformance-node" } }));
  const conditions = [{ type: "Ready", status: "True" }];
  const body = { status: { phase: "Running", conditions } };
  return client.patch(podType, { name, namespace }, { type: "merge", subresource: "status", body });
}

/** A budget over the running pods; its status is what the disruption controller would say of `healthy` of them. */
async function createBudget(context: CaseContext, name: string, healthy: number): Promise<void> {
  const { client, namespace } = context;
  const created = await client.create(podDisruptionBudgetType, {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
  });
  const status = {
    observedGeneration: created.metadata.generation,
    currentHealthy: healthy,
    desiredHealthy: 1,
    expectedPods: healthy,
    disruptionsAllowed: healthy - 1,
  };
  await client.patch(
    podDisruptionBudgetType,
    { name, namespace },
    { type: "merge", subresource: "status", body: { status } },
  );
}

const tolerationKeys = ({ spec }: Pod) =>
  (spec.tolerations ?? []).map(({ key, effect, tolerationSeconds }) => `${key} ${effect} ${tolerationSeconds}`);

/** Pods: defaults, rules, binding, deletion. */
export const podCases: readonly ConformanceCase[] = [
  {
    title: "a pod gets its defaults, and tolerates a node that is not ready for five minutes",
    run: async (context) => {
      const created = await context.client.create(podType, pod(context, "p"));
      expect(created).toMatchObject({
        spec: { restartPolicy: "Always", dnsPolicy: "ClusterFirst", terminationGracePeriodSeconds: 30, priority: 0 },
        status: { phase: "Pending", qosClass: "BestEffort" },
      });
      expect(tolerationKeys(created)).toEqual([
        "node.kubernetes.io/not-ready NoExecute 300",
        "node.kubernetes.io/unreachable NoExecute 300",
      ]);
    },
  },
  {
    title: "a container's requests default to its limits",
    run: async (context) => {
      const resources = { limits: { cpu: "1", memory: "1Gi" }, requests: { memory: "512Mi" } };
      const containers = [{ name: "main", image: "registry.example/app:1", resources }];
      const created = await context.client.create(podType, pod(context, "p", { spec: { containers } }));
      expect(created.spec.containers[0]?.resources?.requests).toEqual({ cpu: "1", memory: "512Mi" });
    },
  },
  {
    title: "a priority class gives a pod its priority, one that is absent refuses it",
    run: async (context) => {
      const { client } = context;
      const spec = { priorityClassName: "system-cluster-critical" };
      const created = await client.create(podType, pod(context, "p", { spec }));
      expect(created.spec.priority).toBe(2_000_000_000);
      const absent = { priorityClassName: "no-such-class" };
      await refusal(client.create(podType, pod(context, "q", { spec: absent })), "Forbidden", 403);
    },
  },
  {
    title: "a pod without containers is refused naming the field",
    run: async (context) => {
      const call = context.client.create(podType, pod(context, "p", { spec: { containers: [] } }));
      const fault = await refusal(call, "Invalid", 422);
      expect(causesOf(fault)).toContainEqual(["spec.containers", "FieldValueRequired"]);
      expect(fault.message).toBe('Pod "p" is invalid: spec.containers: Required value');
      expect(fault.status?.details).toMatchObject({ name: "p", kind: "Pod" });
    },
  },
  {
    title: "a quantity that is none is refused quoting it",
    run: async (context) => {
      const resources = { requests: { cpu: "lots" } };
      const containers = [{ name: "main", image: "registry.example/app:1", resources }];
      const fault = await refusal(
        context.client.create(podType, pod(context, "p", { spec: { containers } })),
        "BadRequest",
        400,
      );
      expect(fault.message).toContain("quantities must match the regular expression");
    },
  },
  {
    title: "a pod's image and labels may change, its node selector may not",
    run: async (context) => {
      const { client } = context;
      const name = nameOf(await client.create(podType, pod(context, "p")));
      const body = {
        metadata: { labels: { a: "b" } },
        spec: { containers: [{ name: "main", image: "registry.example/app:2" }] },
      };
      const patched = await client.patch(podType, name, { type: "strategic", body });
      expect(patched.spec.containers[0]?.image).toBe("registry.example/app:2");
      const elsewhere = { spec: { nodeSelector: { zone: "a" } } };
      const fault = await refusal(client.patch(podType, name, { type: "merge", body: elsewhere }), "Invalid", 422);
      expect(causesOf(fault)).toEqual([["spec", "FieldValueForbidden"]]);
    },
  },
  {
    title: "a field of a built-in kind that is unknown is dropped, one of another type refused",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(
        podType,
        pod(context, "p", { spec: { bogus: true } as Partial<Pod["spec"]> }),
      );
      expect(created.spec).not.toHaveProperty("bogus");
      const wrong = { hostNetwork: "yes" } as unknown as Partial<Pod["spec"]>;
      await refusal(client.create(podType, pod(context, "q", { spec: wrong })), "BadRequest", 400);
    },
  },
  {
    title: "a binding gives a pod its node and the condition PodScheduled",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(podType, pod(context, "p"));
      await bindTo(context, "p", { node: "n1", uid: created.metadata.uid ?? "" });
      const bound = await client.get(podType, nameOf(created));
      expect(bound.spec.nodeName).toBe("n1");
      expect(bound.status?.conditions).toContainEqual(
        expect.objectContaining({ type: "PodScheduled", status: "True" }),
      );
    },
  },
  {
    title: "a second binding answers Conflict",
    run: async (context) => {
      await context.client.create(podType, pod(context, "p"));
      await bindTo(context, "p", { node: "n1" });
      const fault = await refusal(bindTo(context, "p", { node: "n2" }), "Conflict", 409);
      expect(fault.message).toContain('pod p is already assigned to node "n1"');
    },
  },
  {
    title: "a binding of another uid answers Conflict, of an absent pod NotFound",
    run: async (context) => {
      await context.client.create(podType, pod(context, "p"));
      const uid = "00000000-0000-4000-8000-000000000000";
      await refusal(bindTo(context, "p", { node: "n1", uid }), "Conflict", 409);
      await refusal(bindTo(context, "none", { node: "n1" }), "NotFound", 404);
    },
  },
  {
    title: "a pod without a node goes at once, one with a node has its grace period unless told otherwise",
    run: async (context) => {
      const { client } = context;
      const free = await client.create(podType, pod(context, "free"));
      expect(await client.delete(podType, nameOf(free))).toBeUndefined();
      const bound = await client.create(podType, pod(context, "bound", { spec: { nodeName: "n1" } }));
      const held = await client.delete(podType, nameOf(bound));
      expect(held?.metadata.deletionGracePeriodSeconds).toBe(30);
      const ahead =
        Date.parse(held?.metadata.deletionTimestamp ?? "") - Date.parse(bound.metadata.creationTimestamp ?? "");
      expect(ahead).toBeGreaterThanOrEqual(29_000);
      const sooner = await client.delete(podType, nameOf(bound), { gracePeriodSeconds: 5 });
      expect(sooner?.metadata.deletionGracePeriodSeconds).toBe(5);
      expect(await client.delete(podType, nameOf(bound), { gracePeriodSeconds: 0 })).toBeUndefined();
      await refusal(client.get(podType, nameOf(bound)), "NotFound", 404);
    },
  },
  {
    title: "a pod's status is written by its subresource alone",
    run: async (context) => {
      const { client } = context;
      const name = nameOf(await client.create(podType, pod(context, "p")));
      const body = { status: { phase: "Running" } };
      expect((await client.patch(podType, name, { type: "merge", body })).status?.phase).toBe("Pending");
      const patched = await client.patch(podType, name, { type: "merge", subresource: "status", body });
      expect(patched.status?.phase).toBe("Running");
    },
  },
  {
    title: "a new node is tainted as not ready",
    run: async ({ client, unique }) => {
      const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name: unique("node") }, spec: {} };
      const created = await client.create(nodeType, node);
      expect(created.spec.taints).toContainEqual({ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" });
      await client.delete(nodeType, nameOf(created));
    },
  },
];

/** Evictions and budgets. */
export const evictionCases: readonly ConformanceCase[] = [
  {
    title: "an eviction that no budget minds deletes the pod with its grace period",
    run: async (context) => {
      const running = await createRunning(context, "p");
      await evictPod(context, "p", running.metadata.uid);
      const evicted = await context.client.get(podType, nameOf(running));
      expect(evicted.metadata.deletionGracePeriodSeconds).toBe(30);
    },
  },
  {
    title: "an eviction that would break a budget answers TooManyRequests and leaves the pod",
    run: async (context) => {
      const running = await createRunning(context, "p");
      await createBudget(context, "budget", 1);
      const fault = await refusal(evictPod(context, "p"), "TooManyRequests", 429);
      expect(fault.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.");
      expect(fault.status?.details?.causes?.[0]).toMatchObject({ reason: "DisruptionBudget" });
      const { metadata } = await context.client.get(podType, nameOf(running));
      expect(metadata.deletionTimestamp).toBeUndefined();
    },
  },
  {
    title: "a budget that allows one eviction refuses the second",
    run: async (context) => {
      await createRunning(context, "one");
      await createRunning(context, "two");
      await createBudget(context, "budget", 2);
      await evictPod(context, "one");
      await refusal(evictPod(context, "two"), "TooManyRequests", 429);
    },
  },
  {
    title: "a budget that nobody has worked out yet lets no pod go",
    run: async (context) => {
      const { client, namespace } = context;
      await createRunning(context, "p");
      await client.create(podDisruptionBudgetType, {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "budget", namespace },
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
      });
      const fault = await refusal(evictPod(context, "p"), "TooManyRequests", 429);
      expect(fault.status?.details?.causes?.[0]?.reason).toBe("DisruptionBudget");
    },
  },
  {
    title: "two budgets over one pod answer InternalError",
    run: async (context) => {
      await createRunning(context, "p");
      await createBudget(context, "one", 2);
      await createBudget(context, "two", 2);
      const fault = await refusal(evictPod(context, "p"), "InternalError", 500);
      expect(fault.message).toContain("more than one PodDisruptionBudget");
    },
  },
  {
    title: "a budget does not keep a pod that has not started",
    run: async (context) => {
      const metadata = { labels: { app: "web" } };
      const pending = await context.client.create(podType, pod(context, "p", { metadata }));
      await createBudget(context, "budget", 1);
      await evictPod(context, "p");
      await refusal(context.client.get(podType, nameOf(pending)), "NotFound", 404);
    },
  },
  {
    title: "an eviction of another uid answers Conflict, of an absent pod NotFound",
    run: async (context) => {
      await createRunning(context, "p");
      await refusal(evictPod(context, "p", "00000000-0000-4000-8000-000000000000"), "Conflict", 409);
      await refusal(evictPod(context, "none"), "NotFound", 404);
    },
  },
];
