/** What the SDK's suite has no server for: the metadata service and ARC, played by a server of a few lines each. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createAwsClients, discoverRegion } from "../../src/provider-aws/sdk/index.ts";
import { awsErrorOf } from "../../src/provider-aws/errors/index.ts";
import { credentials, region } from "./mixed-clients.ts";

async function serving<T>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

/** The metadata service, version 2: nothing without a token. */
function metadata(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === "PUT" && request.url === "/latest/api/token") response.end("token-1");
  else if (request.headers["x-aws-ec2-metadata-token"] !== "token-1") response.writeHead(401).end();
  else if (request.url === "/latest/meta-data/placement/region") response.end("eu-central-1");
  else response.writeHead(404).end();
}

describe("the region", () => {
  test("comes from the environment first", async () => {
    expect(process.env["AWS_REGION"]).toBe("us-west-2");
    expect(await discoverRegion({ metadataEndpoint: "http://127.0.0.1:9" })).toBe("us-west-2");
  });

  test("is told by the metadata service where nothing else does; without either the message says what to do", async () => {
    await withoutRegion(async () => {
      expect(await serving(metadata, (url) => discoverRegion({ metadataEndpoint: url }))).toBe("eu-central-1");
      await expect(discoverRegion({ metadataEndpoint: "http://127.0.0.1:9" })).rejects.toThrow("set AWS_REGION");
    });
  });
});

async function withoutRegion(work: () => Promise<void>): Promise<void> {
  const { AWS_REGION: before } = process.env;
  delete process.env["AWS_REGION"];
  try {
    await work();
  } finally {
    process.env["AWS_REGION"] = before;
  }
}

describe("zonal shifts", () => {
  const arn = "arn:aws:eks:us-east-1:123456789012:cluster/wire";
  const ask = (url: string) =>
    createAwsClients({ region, version: "test", credentials, zonalShift: true, endpoints: { zonalShift: url } }).then(
      ({ zonalShift }) => zonalShift?.getManagedResource({ resourceIdentifier: arn }),
    );

  test("are asked for by the cluster's ARN, signed", async () => {
    const seen: string[] = [];
    const shift = { awayFrom: "use1-az1", appliedStatus: "APPLIED", expiryTime: 1_800_000_000 };
    const answer = await serving((request, response) => {
      seen.push(request.url ?? "", request.headers.authorization ?? "");
      response.setHeader("content-type", "application/json").end(JSON.stringify({ zonalShifts: [shift] }));
    }, ask);
    expect(answer?.zonalShifts).toEqual([{ ...shift, expiryTime: new Date(1_800_000_000_000) }]);
    expect(seen[0]).toBe(`/managedresources/${encodeURIComponent(arn)}`);
    expect(seen[1]).toMatch(/^AWS4-HMAC-SHA256 Credential=\S+\/us-east-1\/arc-zonal-shift\/aws4_request, /);
  });

  test("that are refused are an error with AWS' own code", async () => {
    const error = await serving((_, response) => {
      response.writeHead(403, { "x-amzn-errortype": "AccessDeniedException:", "x-amzn-requestid": "r-1" });
      response.end(JSON.stringify({ message: "no" }));
    }, ask).catch((thrown: unknown) => thrown);
    expect(awsErrorOf(error)).toEqual({
      code: "AccessDenied",
      message: "no",
      status: 403,
      requestId: "r-1",
      serverFault: false,
    });
  });
});
