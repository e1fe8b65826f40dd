/** KBP7xx. */
import { settingsMap } from "../testing.ts";
import type { RuleExample } from "./example.ts";
import { controller, node } from "./objects.ts";

const webhook = (name: string) =>
  `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: ${name}}\nwebhooks: [{name: ${name}, clientConfig: {service: {name: karpenter, namespace: karpenter}}}]\n`;
const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: karpenter, namespace: karpenter}\n";
const slice = (...ready: readonly boolean[]) =>
  `---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: karpenter-x, namespace: karpenter, labels: {kubernetes.io/service-name: karpenter}}\nendpoints: [${ready.map((each, index) => `{addresses: [10.0.0.${index}], conditions: {ready: ${each}}}`).join(", ")}]\n`;
const own = webhook("validation.webhook.karpenter.sh");

export const hygieneExamples: readonly RuleExample[] = [
  {
    rule: "KBP701",
    violating: { files: settingsMap("{aws.interuptionQueue: q, aws.clusterName: a}") },
    clean: { files: settingsMap("{aws.interruptionQueueName: q, aws.clusterName: a}") },
    lookalike: { files: settingsMap("{aws.tags.interuptionQueue: q, aws.clusterName: a}") },
    because: "a tag may be called anything",
  },
  {
    rule: "KBP703",
    violating: { dump: own + service + slice(false) },
    clean: { dump: controller() + own + service + slice(true) },
    lookalike: { dump: own + service + slice(false, true) },
    because: "one of its two endpoints is not ready, and the other answers",
  },
  {
    rule: "KBP705",
    violating: { dump: node("n1", "karpenter.sh/nodepool: a, karpenter.sh/provisioner-name: b") },
    clean: { dump: node("n1", "karpenter.sh/nodepool: a") },
    lookalike: { dump: node("n1", "karpenter.sh/nodepool: a") + node("n2", "karpenter.sh/provisioner-name: a") },
    because: "two nodes, each with the owner of one era",
  },
];
