/** KBP6xx. */
import { nodePool, provisioner } from "../testing.ts";
import { account, known } from "../testing-account.ts";
import type { RuleExample } from "./example.ts";
import { logLine, only } from "./objects.ts";

const ref = "providerRef: {name: default}";
const limited = (limits: string) => `${ref}\nlimits: {resources: {${limits}}}`;
const used = (limits: string, usage: string): string =>
  `${provisioner("a", `limits: {resources: {${limits}}}`)}status: {resources: {${usage}}}\n`;
const pool = (name: string, spec?: string) => nodePool(name, "[]", spec);
const filter = (pattern: string) =>
  known([{ logGroup: "/k", pattern, metrics: [{ namespace: "Karpenter", name: "LimitHit" }] }]);
const billing = (namespace: string, metric: string) =>
  account({ billingAlarms: known([{ name: "a", namespace, metric, actions: 1 }]) });

export const billExamples: readonly RuleExample[] = [
  {
    rule: "KBP601",
    violating: { files: provisioner("a", `${ref}\nlimits: {resources: {}}`) },
    clean: { files: provisioner("a", limited("cpu: 1000, memory: 1000Gi")) },
    lookalike: { files: provisioner("a", limited("cpu: 1000")) },
    because: "a limit of one resource is a limit; the other is KBP602's",
  },
  {
    rule: "KBP602",
    violating: { files: pool("a", "limits: {cpu: 10}") },
    clean: { files: pool("a", "limits: {cpu: 10, memory: 10Gi}") },
    lookalike: { files: pool("a", "limits: {nodes: 10}") },
    because: "neither cpu nor memory, but a number of nodes, which bounds both",
  },
  {
    rule: "KBP603",
    violating: { dump: used("cpu: 100", "cpu: 80") },
    clean: { dump: used("cpu: 100", "cpu: 10") },
    lookalike: { dump: used("cpu: 100", "cpu: 79900m, memory: 900Gi") },
    because: "just below four fifths, and much of a resource that has no limit",
  },
  {
    rule: "KBP604",
    violating: { files: pool("a") + pool("b", "weight: 1") },
    clean: { files: pool("a") + pool("b") },
    lookalike: { files: pool("a", "limits: {cpu: 10}") + pool("b", "limits: {nodes: 3}") },
    because: "each pool is bounded, though by different resources",
  },
  {
    rule: "KBP605",
    violating: { log: logLine("10:00", "Could not schedule pod, memory resource usage of 1001 exceeds limit of 1000") },
    clean: { log: logLine("10:00", "computed new machine(s) to fit pod(s)", "INFO") },
    lookalike: {
      log: logLine("10:00", 'incompatible with provisioner "a", no instance type satisfied resources {"cpu":"1001"}'),
    },
    because: "too large for every machine, which no limit says",
  },
  {
    rule: "KBP606",
    violating: { account: account({ metricFilters: filter("ERROR") }) },
    clean: { account: account() },
    lookalike: { account: account({ metricFilters: filter("%usage of [0-9]+ exceeds%") }) },
    because: "none of the known terms, but an expression that matches the line",
  },
  {
    rule: "KBP607",
    violating: { account: account({ billingAlarms: known([]) }) },
    clean: { account: account() },
    lookalike: { account: billing("AWS/Billing", "EstimatedCharges") },
    because: "one alarm is enough, whatever its name",
  },
  {
    rule: "KBP608",
    violating: { account: account({ anomalies: known({ monitors: 1, subscriptions: 0 }) }) },
    clean: { account: account({ anomalies: known({ monitors: 3, subscriptions: 3 }) }) },
    lookalike: { account: account({ anomalies: known({ monitors: 3, subscriptions: 1 }) }) },
    because: "more monitors than subscriptions: one subscription may take several",
  },
  {
    rule: "KBP609",
    violating: { account: account({ budgets: known([{ name: "b", notifications: 0, actions: 0 }]) }) },
    clean: { account: account() },
    lookalike: {
      account: account({
        budgets: known([
          { name: "old", notifications: 0, actions: 0 },
          { name: "new", notifications: 0, actions: 1 },
        ]),
      }),
    },
    because: "one tells nobody, but the other acts",
  },
  {
    rule: "KBP610",
    violating: { files: provisioner("a", ref) },
    clean: { files: provisioner("a", limited("cpu: 1000")) },
    lookalike: { files: provisioner("a", `${ref}\nrequirements: ${only("karpenter.k8s.aws/instance-size", "large")}`) },
    because: "no limits, but a bound on sizes",
  },
];
