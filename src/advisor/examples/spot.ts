/** KBP4xx. */
import { budget, nodePool, workload } from "../testing.ts";
import { account, known, publicNetwork } from "../testing-account.ts";
import type { RuleExample } from "./example.ts";
import { event, only, waiting } from "./objects.ts";

const capacity = (...types: readonly string[]) =>
  `{key: karpenter.sh/capacity-type, operator: In, values: [${types.join(", ")}]}`;
const zone = (...names: readonly string[]) =>
  `{key: topology.kubernetes.io/zone, operator: In, values: [${names.join(", ")}]}`;
const pool = (...requirements: readonly string[]) => nodePool("a", `[${requirements.join(", ")}]`);
const guarded = workload("Deployment") + budget("maxUnavailable: 1");
const now = "2026-06-01T10:20:00Z";
const refused = (last: string) =>
  event(
    "InsufficientCapacityError",
    "karpenter",
    `message: all requested instance types were unavailable during launch\nfirstTimestamp: "2026-06-01T10:00:00Z"\nlastTimestamp: "${last}"`,
    "kind: NodeClaim, name: a-x",
  );
const old = waiting("2026-06-01T10:00:00Z");
const family = (...names: readonly string[]) =>
  `{key: karpenter.k8s.aws/instance-family, operator: In, values: [${names.join(", ")}]}`;
const accelerators = "{key: node.kubernetes.io/instance-type, operator: In, values: [p3.8xlarge, p3.16xlarge]}";
const nodeClass = `---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: default}\nspec: {subnetSelectorTerms: [{tags: {karpenter.sh/discovery: prod}}]}\n`;
const subnet = (id: string, name: string) => ({ id, zone: name, tags: { "karpenter.sh/discovery": "prod" } });

export const spotExamples: readonly RuleExample[] = [
  {
    rule: "KBP401",
    violating: { files: pool(capacity("spot"), family("c5")) },
    clean: { files: pool(capacity("spot", "on-demand")), thresholds: { spotTypesWarning: 9 } },
    lookalike: { files: pool(capacity("spot"), accelerators), thresholds: { acceleratorTypesWarning: 2 } },
    because: "two types, but of accelerators, for which that is enough",
  },
  {
    rule: "KBP402",
    violating: { files: pool(capacity("spot"), zone("us-east-1a")) },
    clean: { files: pool(capacity("spot")) },
    lookalike: {
      files: pool(capacity("spot"), zone("us-east-1a", "us-east-1b")) + nodeClass,
      account: account({
        network: known({ ...publicNetwork, subnets: [subnet("s-1", "us-east-1a"), subnet("s-2", "us-east-1b")] }),
      }),
    },
    because: "the requirement names zones, and there is a subnet in each of the two",
  },
  {
    rule: "KBP403",
    violating: { files: pool(capacity("spot")) + guarded },
    clean: { files: pool(capacity("spot")) + workload("Deployment") },
    lookalike: {
      files:
        pool(capacity("spot")) +
        workload("Deployment", "", "priority: 999") +
        budget("maxUnavailable: 1").replace("app: web", "app: api"),
    },
    because: "a budget of other pods, and a priority just below what counts",
  },
  {
    rule: "KBP404",
    violating: { dump: pool(capacity("spot")) + old + refused("2026-06-01T10:15:00Z"), now },
    clean: { dump: pool(capacity("spot")), now },
    lookalike: {
      dump:
        pool(capacity("spot")) +
        waiting("2026-06-01T10:00:00Z", "nodeSelector: {team: other}, containers: [{name: c}]") +
        refused("2026-06-01T10:15:00Z"),
      now,
    },
    because: "no capacity for a quarter of an hour, and a pod waits, but for another label",
  },
  {
    rule: "KBP406",
    violating: {
      files: nodePool(
        "a",
        only("node.kubernetes.io/instance-type", "c5.large").replace("]}]", `]}, ${capacity("spot")}]`),
      ),
    },
    clean: { files: pool(capacity("spot"), family("m6g")) },
    lookalike: { files: pool(capacity("on-demand"), family("c5")) },
    because: "a short list, but for on-demand, which needs no depth",
    state: "skipped",
  },
];
