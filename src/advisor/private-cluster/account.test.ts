import { describe, expect, test } from "vitest";
import { findingsOf, outcomeOf, settingsMap, stateOf } from "../testing.ts";
import {
  account,
  deniedAnswer,
  endpoint,
  endpoints,
  known,
  privateNetwork,
  publicNetwork,
} from "../testing-account.ts";

const ofPrivate = (more: Partial<typeof privateNetwork> = {}) =>
  account({ network: known({ ...privateNetwork, ...more }) });
const without = (service: string) => endpoints.filter((each) => !each.service.endsWith(`.${service}`));
const messages = (rule: string, given: Parameters<typeof findingsOf>[1]) =>
  findingsOf(rule, given).map(({ message }) => message);
const empty = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
const isolated = settingsMap('{aws.isolatedVPC: "true", aws.clusterEndpoint: "https://a"}');

describe("KBP201", () => {
  test("[R39] [R41] the document's list is enough", () => {
    expect(stateOf("KBP201", { account: ofPrivate() })).toBe("pass");
  });

  test.each(["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "ssm"])(
    "[R32] [R34] a private cluster without %s",
    (service) => {
      expect(messages("KBP201", { account: ofPrivate({ endpoints: without(service) }) })).toEqual([
        expect.stringContaining(`lacks endpoint com.amazonaws.us-east-1.${service} (`),
      ]);
    },
  );

  test("a public one needs none", () => {
    expect(stateOf("KBP201", { account: account({ network: known({ ...publicNetwork, endpoints: [] }) }) })).toBe(
      "pass",
    );
  });

  test.each([
    ["an interface without private DNS", endpoint("sts", { privateDns: false })],
    ["one that is pending", endpoint("sts", { state: "pending" })],
    ["one of another service", endpoint("states")],
  ])("%s is none", (_, instead) => {
    expect(findingsOf("KBP201", { account: ofPrivate({ endpoints: [...without("sts"), instead] }) })).toHaveLength(1);
  });

  test("a gateway that is not in the table of the nodes' subnets is none, and an interface for s3 is one", () => {
    const gateway = [...without("s3"), endpoint("s3", { routeTableIds: ["rtb-9"] })];
    const own = [...without("s3"), endpoint("s3", { type: "Interface", privateDns: true })];
    expect(findingsOf("KBP201", { account: ofPrivate({ endpoints: gateway }) })).toHaveLength(1);
    expect(findingsOf("KBP201", { account: ofPrivate({ endpoints: own }) })).toEqual([]);
  });

  test("a queue needs sqs, and discovery of the endpoint eks", () => {
    const files = settingsMap("{aws.clusterName: prod, aws.interruptionQueueName: q}");
    expect(messages("KBP201", { files, account: ofPrivate() })).toEqual([
      expect.stringContaining(".sqs (interruption messages)"),
      expect.stringContaining(".eks (finding the cluster's endpoint)"),
    ]);
  });

  test("an account that denies the call is told by its action, which is no pass", () => {
    expect(outcomeOf("KBP201", { account: account({ network: deniedAnswer("ec2:DescribeVpcEndpoints") }) })).toEqual({
      rule: "KBP201",
      state: "unknown",
      reason: "not checked, needs action ec2:DescribeVpcEndpoints (AccessDenied)",
    });
  });
});

describe("KBP205", () => {
  test("[R38] a private network without the flag is a warning, a public one with it a hint", () => {
    const files = settingsMap("{aws.clusterName: prod}");
    expect(findingsOf("KBP205", { files, account: ofPrivate() })).toMatchObject([{ severity: "warning" }]);
    expect(findingsOf("KBP205", { files: isolated, account: account() })).toMatchObject([{ severity: "info" }]);
  });

  test("[R38] where they agree there is nothing to say", () => {
    expect(stateOf("KBP205", { files: isolated, account: ofPrivate() })).toBe("pass");
    expect(stateOf("KBP205", { files: settingsMap("{a: b}"), account: account() })).toBe("pass");
  });

  test("only subnets that a template selects count", () => {
    const other = { id: "subnet-2", zone: "us-east-1b", tags: {} };
    const routes = [{ destination: "0.0.0.0/0", target: "igw-1" }];
    const open = { id: "rtb-3", main: false, subnetIds: ["subnet-2"], routes };
    const network = known({
      ...privateNetwork,
      subnets: [...privateNetwork.subnets, other],
      routeTables: [...privateNetwork.routeTables, open],
    });
    const cluster = known({ name: "prod", vpcId: "vpc-1", subnetIds: [], privateEndpoint: true, publicEndpoint: true });
    const template = `---\napiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: a}\nspec: {subnetSelector: {karpenter.sh/discovery: "prod,test"}}\n`;
    const given = { account: account({ network, cluster }) };
    expect(stateOf("KBP205", { files: isolated + template, ...given })).toBe("pass");
    expect(stateOf("KBP205", { files: isolated, ...given })).toBe("fail");
  });
});

describe("KBP209", () => {
  const serviceAccount = (annotations: string) =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: karpenter, namespace: karpenter, annotations: {${annotations}}}\n`;

  test("[R33] a role by annotation, or by pod identity, is one", () => {
    const files = serviceAccount("eks.amazonaws.com/role-arn: arn:aws:iam::1:role/karpenter");
    const identities = known([{ namespace: "karpenter", serviceAccount: "karpenter" }]);
    expect(stateOf("KBP209", { files })).toBe("pass");
    expect(stateOf("KBP209", { files: serviceAccount(""), account: account({ podIdentities: identities }) })).toBe(
      "pass",
    );
  });

  test("[R33] without either the controller has no identity; files alone cannot tell", () => {
    expect(messages("KBP209", { files: serviceAccount(""), account: account() })).toEqual([
      "Controller has no AWS identity",
    ]);
    expect(stateOf("KBP209", { files: serviceAccount("") })).toBe("unknown");
  });

  test("other service accounts are nobody's matter", () => {
    expect(stateOf("KBP209", { files: serviceAccount("").replace("name: karpenter,", "name: web,") })).toBe("skipped");
  });
});

describe("KBP210", () => {
  const cluster = {
    name: "prod",
    vpcId: "vpc-1",
    subnetIds: ["subnet-1"],
    privateEndpoint: false,
    publicEndpoint: true,
  };

  test.each([
    ["private API endpoint", { cluster: known(cluster), network: known(privateNetwork) }],
    ["enableDnsSupport", { network: known({ ...privateNetwork, dnsSupport: false }) }],
    ["enableDnsHostnames", { network: known({ ...privateNetwork, dnsHostnames: false }) }],
  ])("[R31] a private cluster without %s", (what, spoilt) => {
    expect(messages("KBP210", { account: account(spoilt) })).toEqual([
      `VPC does not meet requirement ${what} for private clusters`,
    ]);
  });

  test("[R31] endpoints behind a closed port are told one by one", () => {
    const closed = ofPrivate({ securityGroups: [{ id: "sg-1", opens443: false }] });
    expect(messages("KBP210", { account: closed })).toHaveLength(5);
  });

  test("[R31] a private one that meets them all passes, and a public one is not asked", () => {
    expect(stateOf("KBP210", { account: ofPrivate() })).toBe("pass");
    expect(stateOf("KBP210", { account: account({ cluster: known(cluster) }) })).toBe("skipped");
  });
});

test("[R40] an image is public where the network has no way out, though no setting says so", () => {
  const files = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: karpenter}\nspec: {template: {metadata: {labels: {app.kubernetes.io/name: karpenter}}, spec: {containers: [{name: c, image: public.ecr.aws/karpenter/controller:v0.31.0}]}}}\n`;
  expect(findingsOf("KBP206", { files, account: ofPrivate() })).toMatchObject([
    { evidence: expect.stringContaining("no subnet of its nodes has a default route") },
  ]);
  expect(findingsOf("KBP206", { files, account: account() })).toEqual([]);
});

test("[R38] only a log: what it complains of is what tells, and the finding says so", () => {
  const log =
    '2021-12-01T10:00:00Z\tERROR\tcontroller\tPost "https://ssm.us-east-1.amazonaws.com/": dial tcp: i/o timeout\n';
  const files = `${empty}---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec: {role: node}\n`;
  expect(findingsOf("KBP207", { files, log })).toMatchObject([
    { evidence: expect.stringContaining("inferred from the log") },
  ]);
});
