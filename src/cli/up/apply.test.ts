import { expect, it } from "vitest";
import { podType } from "../../api/index.ts";
import { createApiServer } from "../../local/index.ts";
import { parseManifests } from "../../manifests/index.ts";
import { createIds, createManualClock, createSeededRandom } from "../../platform/index.ts";
import { applyManifests } from "./apply.ts";

const pod = `apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  tolerationz: []
  containers:
    - name: c
      image: x
      resorces: {}
`;

it("tells of misspelt fields where they stand, and takes the object", async () => {
  const kube = createApiServer({ clock: createManualClock(), ids: createIds(createSeededRandom(1)) }).client();
  const { objects } = parseManifests("a.yaml", pod);
  const { signal } = new AbortController();
  const order: string[] = [];
  const foundationsReady = async (): Promise<void> => void order.push("ready");
  const outcome = await applyManifests({ kube, lookup: async () => podType, objects, foundationsReady, signal });
  expect(order).toEqual(["ready"]);
  expect(outcome).toEqual({
    applied: 1,
    refusals: [],
    warnings: [
      'a.yaml:5:3: v1 Pod a: unknown field "spec.tolerationz", which is ignored',
      'a.yaml:9:7: v1 Pod a: unknown field "spec.containers[0].resorces", which is ignored',
    ],
  });
});
