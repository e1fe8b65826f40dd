import { expect, test } from "vitest";
import type { Edit } from "../../../advisor/index.ts";
import { livePatch } from "./live-patch.ts";

const pool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "a", annotations: { "karpenter.sh/do-not-evict": "it's" } },
  spec: { template: { spec: { expireAfter: "Never", taints: [{ key: "a" }] } } },
};
const patch = (...changes: NonNullable<Edit["changes"]>) => livePatch(pool, { safe: false, changes });

test("a value is replaced where it still is what the rule saw", () => {
  expect(patch({ kind: "set", path: ["spec", "template", "spec", "expireAfter"], value: "720h" })).toBe(
    `kubectl patch nodepool.v1.karpenter.sh a --type json --patch '[{"op":"test","path":"/spec/template/spec/expireAfter","value":"Never"},{"op":"replace","path":"/spec/template/spec/expireAfter","value":"720h"}]'\n`,
  );
});

test("parents that are missing come with the value", () => {
  expect(patch({ kind: "set", path: ["spec", "limits", "cpu"], value: "1000" })).toContain(
    `'[{"op":"add","path":"/spec/limits","value":{"cpu":"1000"}}]'`,
  );
  expect(patch({ kind: "set", path: ["spec", "startup", 0, "key"], value: "a" })).toContain(
    `'[{"op":"add","path":"/spec/startup","value":[{"key":"a"}]}]'`,
  );
});

test("keys with slashes and values with quotes arrive as they are", () => {
  const path = ["metadata", "annotations", "karpenter.sh/do-not-evict"];
  expect(patch({ kind: "rename", path, key: "karpenter.sh/do-not-disrupt" })).toBe(
    `kubectl patch nodepool.v1.karpenter.sh a --type json --patch '[{"op":"test","path":"/metadata/annotations/karpenter.sh~1do-not-evict","value":"it'\\''s"},{"op":"remove","path":"/metadata/annotations/karpenter.sh~1do-not-evict"},{"op":"add","path":"/metadata/annotations/karpenter.sh~1do-not-disrupt","value":"it'\\''s"}]'\n`,
  );
});

test("what is not there is not taken away, and an object that is added is created", () => {
  expect(patch({ kind: "remove", path: ["spec", "weight"] })).toBe("");
  const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop" } };
  expect(livePatch(web, { safe: false, added: web })).toMatch(/^kubectl create -f - <<'EOF'\napiVersion: apps\/v1\n/);
});

test("core kinds have no group, and objects keep their namespace", () => {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "m", namespace: "karpenter" },
    data: { a: "b" },
  };
  expect(livePatch(map, { safe: true, changes: [{ kind: "remove", path: ["data", "a"] }] })).toContain(
    "kubectl patch configmap m --namespace karpenter --type json",
  );
});

test("what the server would refuse is not printed: the pods of a Job, a Pod's own fields", () => {
  const annotated = (kind: string, ...path: readonly string[]) =>
    livePatch(
      { apiVersion: "v1", kind, metadata: { name: "a" } },
      { safe: false, changes: [{ kind: "set", path: [...path, "metadata", "annotations", "a"], value: "b" }] },
    );
  expect([annotated("Job", "spec", "template"), annotated("Pod", "spec")]).toEqual(["", ""]);
  expect(annotated("Pod")).toContain("kubectl patch pod a");
});
