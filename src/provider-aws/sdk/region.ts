/** Where the controller runs, as the machine's metadata service says (spec: aws 1.1). */
export interface RegionSearch {
  /** The metadata service; AWS' own address by default. */
  readonly metadataEndpoint?: string;
  readonly signal?: AbortSignal;
}

const metadataAddress = "http://169.254.169.254";
const metadataTimeoutMilliseconds = 5_000;

/**
 * The region of the SDK's default chain (environment, profile), else the one that the metadata service tells. Rejects with
 * words for a person when neither knows.
 */
export async function discoverRegion(search: RegionSearch = {}): Promise<string> {
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  const configured = await regionOfChain(new EC2Client({}));
  if (configured !== undefined) return configured;
  try {
    return await askMetadata(search);
  } catch (error) {
    search.signal?.throwIfAborted();
    throw new Error(
      "no AWS region: set AWS_REGION, or run where the EC2 metadata service (IMDSv2, hop limit 2 for pods) can be reached",
      { cause: error },
    );
  }
}

async function regionOfChain(client: { readonly config: { region(): Promise<string> } }): Promise<string | undefined> {
  try {
    return await client.config.region();
  } catch {
    // "Region is missing": the chain has none to offer, which is no failure yet.
    return undefined;
  }
}

async function askMetadata({ metadataEndpoint = metadataAddress, signal }: RegionSearch): Promise<string> {
  const ask = async (path: string, init: { readonly method: string; readonly headers: Record<string, string> }) => {
    const timeout = AbortSignal.timeout(metadataTimeoutMilliseconds);
    const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const answer = await fetch(new URL(path, metadataEndpoint), { ...init, signal: both });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    return (await answer.text()).trim();
  };
  const token = await ask("/latest/api/token", {
    method: "PUT",
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
  });
  return await ask("/latest/meta-data/placement/region", {
    method: "GET",
    headers: { "x-aws-ec2-metadata-token": token },
  });
}
