import { expect, test } from "vitest";
import { findingsOf, machineTypes } from "../testing.ts";
import { account, endpoint, endpoints, known, privateNetwork } from "../testing-account.ts";
import { advise } from "../run/advise.ts";
import { vpcEndpoint } from "../private-cluster/kbp201-vpc-endpoint.ts";
import { foundingEndpoints, readEndpointList } from "./endpoint-list.ts";

/** As the founding document prints it. */
const printed = `com.amazonaws.<region>.ec2
com.amazonaws.<region>.ecr.api
com.amazonaws.<region>.ecr.dkr
com.amazonaws.<region>.s3 – For pulling container images
com.amazonaws.<region>.sts – For IAM roles for service accounts
com.amazonaws.<region>.ssm - If using Karpenter
`;

const listOf = (text: string) => {
  const list = readEndpointList(text);
  if (!list.ok) throw new Error(list.failure.join());
  return list.value;
};
const messagesWith = (text: string, present = endpoints) =>
  advise(
    {
      account: account({ network: known({ ...privateNetwork, endpoints: present }) }),
      types: machineTypes,
      endpoints: listOf(text),
    },
    [vpcEndpoint],
  ).findings.map(({ message }) => message);

test("[R39] the document's list is read as printed: text after a blank and a dash is a comment", () => {
  expect(listOf(printed)).toMatchObject([
    { service: "ec2", purpose: "launching machines" },
    { service: "ecr.api" },
    { service: "ecr.dkr" },
    { service: "s3", purpose: "For pulling container images" },
    { service: "sts", purpose: "For IAM roles for service accounts" },
    { service: "ssm", purpose: "If using Karpenter" },
  ]);
  expect(listOf(printed).map(({ service }) => service)).toEqual(foundingEndpoints.map(({ service }) => service));
});

test("[R39] a network that has exactly these passes, and one more on the list is expected as well", () => {
  expect(messagesWith(printed)).toEqual([]);
  const longer = `# ours\n${printed}com.amazonaws.us-east-1.logs - controller logs\n`;
  expect(messagesWith(longer)).toEqual([
    "Private cluster lacks endpoint com.amazonaws.us-east-1.logs (controller logs)",
  ]);
  expect(messagesWith(longer, [...endpoints, endpoint("logs")])).toEqual([]);
});

test("[R39] a shorter list asks for less, but a queue still needs its endpoint", () => {
  const files =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: karpenter-global-settings}\ndata: {aws.clusterEndpoint: a, aws.interruptionQueueName: q}\n";
  const given = { files, account: account({ network: known({ ...privateNetwork, endpoints: [] }) }) };
  expect(findingsOf("KBP201", given)).toHaveLength(7);
  expect(messagesWith("com.amazonaws.us-east-1.ec2", [])).toHaveLength(1);
});

test.each([
  ["ec2", 'line 1: found "ec2"'],
  ["com.amazonaws.us-east-1.ec2\ncom.amazonaws.us-east-1", 'line 2: found "com.amazonaws.us-east-1"'],
  ["com.amazonaws.us-east-1.ec2 for machines", "line 1:"],
  ["# none\n", "no line names an endpoint"],
])("a list with %j is refused with its line", (text, fault) => {
  expect(readEndpointList(text)).toMatchObject({ ok: false, failure: [expect.stringContaining(fault)] });
});
