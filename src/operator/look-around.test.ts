import { describe, expect, test } from "vitest";
import { ec2NodeClassType, nodeClaimType, nodePoolType, type ResourceType } from "../api/index.ts";
import { KubeFault, type KubeClient } from "../kube/index.ts";
import { createRecordingLogger } from "../platform/index.ts";
import { lookAround } from "./look-around.ts";
import type { ServedSchemas } from "./old-definitions.ts";
import { defaultOptions } from "./options.ts";

const signal = new AbortController().signal;
const lease = { namespace: "kube-system", name: "karpenter-leader-election" };

interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** An API server that allows all but these, as `verb resource/subresource`. */
function allowingAllBut(...refused: readonly string[]): Pick<KubeClient, "create"> {
  return {
    create: (_type, object) => {
      const { verb, resource, subresource } = (
        object as unknown as { readonly spec: { readonly resourceAttributes: Attributes } }
      ).spec.resourceAttributes;
      const asked = `${verb} ${[resource, ...(subresource === undefined ? [] : [subresource])].join("/")}`;
      return Promise.resolve({ ...object, status: { allowed: !refused.includes(asked) } });
    },
  };
}

async function look(kube: Pick<KubeClient, "create">, more: { schemas?: ServedSchemas; mode?: "observe" } = {}) {
  const log = createRecordingLogger();
  const { schemas, mode = "apply" } = more;
  const around = { kube: kube as KubeClient, log, nodeClassTypes: [ec2NodeClassType], lease };
  await lookAround(
    { ...around, options: { ...defaultOptions, mode }, ...(schemas === undefined ? {} : { schemas }) },
    signal,
  );
  return log.lines.map(({ level, message, fields }) => ({ level, message, fields }));
}

describe("at the start", () => {
  test("all rights there: not a word", async () => {
    expect(await look(allowingAllBut())).toEqual([]);
  });

  test("missing rights are told together, in one line, with the rules that give them", async () => {
    const lines = await look(
      allowingAllBut("create nodeclaims", "delete nodeclaims", "create pods/eviction", "update leases", "list pods"),
    );
    expect(lines).toEqual([
      {
        level: "error",
        message: "rights are missing: what needs them does not work until they are given; add these rules",
        fields: {
          missing: [
            "list pods",
            "create nodeclaims.karpenter.sh",
            "delete nodeclaims.karpenter.sh",
            "create pods/eviction",
            "update leases.coordination.k8s.io in kube-system",
          ],
          rules: [
            { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
            { apiGroups: ["karpenter.sh"], resources: ["nodeclaims"], verbs: ["create", "delete"] },
            { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
            {
              apiGroups: ["coordination.k8s.io"],
              resources: ["leases"],
              verbs: ["update"],
              namespace: "kube-system",
            },
          ],
        },
      },
    ]);
  });

  test("who only looks on needs no right to write", async () => {
    const mode = { mode: "observe" } as const;
    expect(await look(allowingAllBut("create nodeclaims", "patch events", "update leases"), mode)).toEqual([]);
  });

  test("a server that cannot be asked is no complaint", async () => {
    const create = () => Promise.reject(new KubeFault("NotFound", "no such kind", { code: 404 }));
    expect((await look({ create })).filter(({ level }) => level !== "debug")).toEqual([]);
  });

  const served: ServedSchemas = (type: ResourceType) => {
    if (type === nodeClaimType) return Promise.resolve(undefined);
    if (type !== nodePoolType) return Promise.resolve({ properties: { spec: {}, status: {} } });
    const disruption = { properties: { consolidateAfter: {}, budgets: { items: { properties: { nodes: {} } } } } };
    return Promise.resolve({ properties: { spec: { properties: { template: {}, disruption } }, status: {} } });
  };

  test("definitions of another version are told in one line: what they lack, and how to upgrade them", async () => {
    const [line, ...more] = await look(allowingAllBut(), { schemas: served });
    expect([line?.level, more]).toEqual(["warn", []]);
    expect(line?.message).toContain("definitions in the cluster are of another version");
    const { lacking, upgrade } = (line?.fields ?? {}) as { lacking: Record<string, string[]>; upgrade: string };
    expect(Object.keys(lacking)).toEqual(["nodepools.karpenter.sh"]);
    expect(lacking["nodepools.karpenter.sh"]).toEqual(
      expect.arrayContaining(["spec.limits", "spec.weight", "spec.disruption.budgets[].schedule"]),
    );
    expect(upgrade).toContain("helm upgrade --install karpenter-crd");
  });
});
