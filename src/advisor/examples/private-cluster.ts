/** KBP2xx. */
import { settingsMap } from "../testing.ts";
import { account, endpoints, known, privateNetwork, publicNetwork } from "../testing-account.ts";
import type { RuleExample } from "./example.ts";
import { controller, logLine } from "./objects.ts";

const isolated = settingsMap('{aws.isolatedVPC: "true"}');
const open = settingsMap('{aws.isolatedVPC: "false"}');
const closed = (more: Partial<typeof privateNetwork> = {}) =>
  account({ network: known({ ...privateNetwork, ...more }) });
const without = (service: string) => endpoints.filter((each) => !each.service.endsWith(`.${service}`));
const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/karpenter/controller:v0.31.0";
const nodeClass = (spec: string) =>
  `---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec: {${spec}}\n`;
const serviceAccount = (annotations: string) =>
  `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: karpenter, namespace: karpenter, annotations: {${annotations}}}\n`;
const sts = (value: string) =>
  controller("", ecr, { container: `, env: [{name: AWS_STS_REGIONAL_ENDPOINTS, value: ${value}}]` });
const post = (host: string, end: string) =>
  logLine("10:00", `RequestError: send request failed, Post "https://${host}/": ${end}`);
const timeout = "dial tcp 54.1.1.1:443: i/o timeout";
const pricing = (end: string) =>
  logLine("10:00", `updating on-demand pricing, RequestError: send request failed${end}`);
const cluster = { name: "prod", vpcId: "vpc-1", subnetIds: ["subnet-1"], privateEndpoint: true, publicEndpoint: false };

export const privateClusterExamples: readonly RuleExample[] = [
  {
    rule: "KBP201",
    violating: { account: closed({ endpoints: without("sts") }) },
    clean: { account: closed() },
    lookalike: { account: account({ network: known({ ...publicNetwork, endpoints: without("sts") }) }) },
    because: "the endpoint is missing, but the network has a way out",
  },
  {
    rule: "KBP202",
    violating: { log: post("sts.us-east-1.amazonaws.com", timeout) },
    clean: { log: logLine("10:00", "computed new machine(s) to fit pod(s)", "INFO") },
    lookalike: {
      log: post("sts.us-east-1.amazonaws.com", "AccessDenied: not authorized to perform sts:AssumeRoleWithWebIdentity"),
    },
    because: "STS was reached, and refused",
  },
  {
    rule: "KBP203",
    violating: { log: post("ssm.us-east-1.amazonaws.com", timeout) },
    clean: { log: logLine("10:00", "discovered ssm parameter", "INFO") },
    lookalike: { log: post("ssmmessages.us-east-1.amazonaws.com", timeout) },
    because: "another service whose name begins alike",
  },
  {
    rule: "KBP204",
    violating: { log: pricing(", using existing pricing data from 2022-08-17T00:19:52Z") },
    clean: { log: logLine("10:00", "updated on-demand pricing", "INFO") },
    lookalike: { log: logLine("10:00", "Assuming isolated VPC, pricing information will not be updated", "INFO") },
    because: "an isolated network says so once, and no update has failed",
  },
  {
    rule: "KBP205",
    violating: { files: open, account: closed() },
    clean: { files: isolated, account: closed() },
    lookalike: { files: settingsMap("{aws.clusterName: a}"), account: account() },
    because: "the setting is absent, and the network is not private",
  },
  {
    rule: "KBP206",
    violating: { files: isolated + controller() },
    clean: { files: isolated + controller("", ecr) },
    lookalike: { files: open + controller() },
    because: "a public image in a cluster that is not private",
    state: "skipped",
  },
  {
    rule: "KBP207",
    violating: { files: isolated + nodeClass("role: node") },
    clean: { files: isolated + nodeClass("instanceProfile: node") },
    lookalike: { files: open + nodeClass("role: node") },
    because: "a role in a cluster that is not private",
    state: "skipped",
  },
  {
    rule: "KBP208",
    violating: { files: isolated + sts("legacy") },
    clean: { files: isolated + sts("regional") },
    lookalike: {
      files: isolated + controller("", ecr, { container: ", env: [{name: STS_ENDPOINTS, value: legacy}]" }),
    },
    because: "a variable of another name with that value",
  },
  {
    rule: "KBP209",
    violating: { files: serviceAccount(""), account: account() },
    clean: { files: serviceAccount("eks.amazonaws.com/role-arn: arn:aws:iam::1:role/karpenter"), account: account() },
    lookalike: {
      files: serviceAccount(""),
      account: account({ podIdentities: known([{ namespace: "karpenter", serviceAccount: "karpenter" }]) }),
    },
    because: "no annotation, but a pod identity is associated",
  },
  {
    rule: "KBP210",
    violating: {
      account: account({ network: known(privateNetwork), cluster: known({ ...cluster, privateEndpoint: false }) }),
    },
    clean: { account: closed() },
    lookalike: {
      account: account({ network: known(privateNetwork), cluster: known({ ...cluster, publicEndpoint: true }) }),
    },
    because: "the public endpoint is on beside the private one",
  },
];
