import { describe, expect, test } from "vitest";
import { findingsOf, settingsMap } from "../testing.ts";

const isolated = settingsMap('{aws.isolatedVPC: "true"}');
const open = settingsMap('{aws.isolatedVPC: "false"}');
const image = (name: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: karpenter}\nspec: {template: {metadata: {labels: {app.kubernetes.io/name: karpenter}}, spec: {containers: [{name: c, image: ${name}}]}}}\n`;
const nodeClass = (spec: string) =>
  `---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec: {${spec}}\n`;
const account = (value: string) =>
  `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: karpenter, annotations: {eks.amazonaws.com/sts-regional-endpoints: "${value}"}}\n`;

const endpoints = (value: string) =>
  image("123456789012.dkr.ecr.us-east-1.amazonaws.com/karpenter/controller:v0.31.0").replace(
    "{name: c,",
    `{name: c, env: [{name: AWS_STS_REGIONAL_ENDPOINTS, value: ${value}}],`,
  );

describe.each([
  [
    "KBP206",
    "[R40]",
    isolated + image("public.ecr.aws/karpenter/controller:v0.31.0"),
    isolated + image("123456789012.dkr.ecr.us-east-1.amazonaws.com/karpenter/controller:v0.31.0"),
  ],
  [
    "KBP206",
    "[R40]",
    isolated + image("quay.io/karpenter/controller"),
    open + image("public.ecr.aws/karpenter/controller:v0.31.0"),
  ],
  ["KBP207", "[R31]", isolated + nodeClass("role: node"), isolated + nodeClass("instanceProfile: node")],
  ["KBP208", "[R32]", isolated + account("false"), isolated + account("true")],
  ["KBP208", "[R32]", isolated + endpoints("legacy"), isolated + endpoints("regional")],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken, and not where it only looks broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

test("[R32] an error that goes on over several lines is one entry", () => {
  const log = `2021-12-01T10:00:00Z\tFATAL\tcontroller\tWebIdentityErr: failed to retrieve credentials
caused by: RequestError: send request failed
caused by: Post "https://sts.ap-southeast-1.amazonaws.com/": dial tcp 54.0.0.1:443: i/o timeout
`;
  expect(findingsOf("KBP202", { log })).toMatchObject([
    {
      message: "Credentials cannot be fetched: STS is unreachable",
      fix: expect.stringContaining("com.amazonaws.ap-southeast-1.sts"),
    },
  ]);
});

test("[R34] SSM is found in JSON logs, and a mere mention of its host is not", () => {
  const broken =
    '{"level":"ERROR","time":"2021-12-01T10:00:00Z","message":"getting ssm parameter, Post \\"https://ssm.us-east-1.amazonaws.com/\\": dial tcp: i/o timeout"}\n';
  expect(findingsOf("KBP203", { log: broken })).toHaveLength(1);
  expect(findingsOf("KBP203", { log: broken.replace("dial tcp: i/o timeout", "200 OK") })).toEqual([]);
});

test.each([
  ["2022-08-17T00:19:52Z", "2022-08-17"],
  ["17 Aug 22 00:19 +0000", "17 Aug 22 00:19 +0000"],
])("[R38] KBP204 tells the date %s of the prices in use", (date, told) => {
  const log = `2022-08-18T10:00:00Z\tERROR\tcontroller.aws.pricing\tupdating on-demand pricing, RequestError: send request failed\ncaused by: Post "https://api.pricing.us-east-1.amazonaws.com/": dial tcp: i/o timeout, using existing pricing data from ${date}\t{"commit": "4b5f953"}\n`;
  expect(findingsOf("KBP204", { log })[0]?.message).toBe(`On-demand prices date from ${told}`);
});

test("[R35] a torn log gives what it has", () => {
  const log = 'timeout\n\u0000\u0001{"level":"ERR\n{"message":"Post https://sts.us-east-1.amazonaws.com/: i/o timeout"';
  expect(findingsOf("KBP202", { log })).toHaveLength(1);
});
