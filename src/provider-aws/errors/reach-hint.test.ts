import { describe, expect, test } from "vitest";
import { ServiceError } from "../contract/index.ts";
import { faultOf } from "./fault.ts";

const failing = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe("a service that cannot be reached", () => {
  test.each([
    [
      "SSM",
      failing("ETIMEDOUT", "connect ETIMEDOUT ssm.ap-southeast-1.amazonaws.com:443"),
      "in a private network create the endpoint com.amazonaws.ap-southeast-1.ssm",
    ],
    [
      "EC2",
      failing("ENOTFOUND", "getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com"),
      "create the endpoint com.amazonaws.us-east-1.sts; where the cluster's DNS runs on nodes of this controller, set dnsPolicy: Default",
    ],
    [
      "SQS",
      failing("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:443"),
      "create the endpoint com.amazonaws.REGION.sqs",
    ],
    ["Pricing", Object.assign(new Error("x"), { name: "TimeoutError" }), "in a private network set ISOLATED_VPC=true"],
    ["IAM", failing("ETIMEDOUT", "x"), "in a private network set spec.instanceProfile in each EC2NodeClass"],
    [
      "EC2",
      Object.assign(new Error("Could not load credentials from any providers"), { name: "CredentialsProviderError" }),
      "give the controller's service account a role",
    ],
  ])("(%s) says what to do: %s", (service, error, words) => {
    expect(faultOf(service, "Describe", error).message).toContain(words);
  });

  test("is not one that has answered, whatever it said", () => {
    const fault = faultOf(
      "EC2",
      "DescribeSubnets",
      new ServiceError("RequestLimitExceeded", "slow down", { status: 503 }),
    );
    expect(fault.message).toBe("EC2 DescribeSubnets: RequestLimitExceeded: slow down");
  });
});
