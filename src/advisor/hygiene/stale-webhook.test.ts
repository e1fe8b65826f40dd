import { describe, expect, test } from "vitest";
import { findingsOf, stateOf } from "../testing.ts";

const webhook = (name: string, kind = "ValidatingWebhookConfiguration") =>
  `---\napiVersion: admissionregistration.k8s.io/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nwebhooks: [{name: ${name}, clientConfig: {service: {name: karpenter, namespace: karpenter}}}]\n`;
const controller = (version: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: karpenter}\nspec: {template: {spec: {containers: [{name: c, image: "public.ecr.aws/karpenter/controller:${version}"}]}}}\n`;
const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: karpenter, namespace: karpenter}\n";
const slice = (ready: boolean) =>
  `---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: karpenter-x, namespace: karpenter, labels: {kubernetes.io/service-name: karpenter}}\nendpoints: [{addresses: [10.0.0.1], conditions: {ready: ${ready}}}]\n`;

describe("KBP703", () => {
  test("[R16] one of another version than the controller's", () => {
    const dump = controller("v0.31.0") + webhook("validation.webhook.provisioners.karpenter.sh");
    expect(findingsOf("KBP703", { dump })).toMatchObject([
      {
        message: "Webhook validation.webhook.provisioners.karpenter.sh blocks writes",
        evidence: expect.stringContaining("v0.5 to v0.18"),
      },
    ]);
    expect(
      findingsOf("KBP703", { dump: controller("v0.27.1") + webhook("defaulting.webhook.karpenter.sh") }),
    ).toHaveLength(1);
  });

  test("[R16] one whose service has no endpoints, or is gone", () => {
    const own = webhook("validation.webhook.karpenter.sh");
    expect(findingsOf("KBP703", { dump: own + service + slice(false) })).toHaveLength(1);
    expect(findingsOf("KBP703", { dump: own + service.replace("name: karpenter,", "name: other,") })).toMatchObject([
      { evidence: "service karpenter/karpenter does not exist" },
    ]);
  });

  test.each([
    ["of the controller's version", controller("v0.31.0") + webhook("validation.webhook.karpenter.sh")],
    ["with endpoints", webhook("validation.webhook.karpenter.sh") + service + slice(true)],
  ])("[R16] silent over one %s", (_, dump) => expect(stateOf("KBP703", { dump })).toBe("pass"));

  test("[R16] webhooks of others are nobody's matter", () => {
    expect(stateOf("KBP703", { dump: webhook("validate.kyverno.svc") })).toBe("skipped");
  });
});
