import { createHash, createHmac } from "node:crypto";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { SignatureV4 } from "@smithy/signature-v4";
import { ServiceError, type ZonalShift, type ZonalShiftClient } from "../contract/index.ts";
import type { AwsClientOptions } from "./settings.ts";

const service = "arc-zonal-shift";

/**
 * ARC's zonal shifts. One read call is all that is used, so it is asked by hand, signed by the SDK's own signer with the
 * credentials of the EC2 client.
 */
export function createZonalShiftAdapter(options: AwsClientOptions, native: EC2Client): ZonalShiftClient {
  const { region } = options;
  const base = new URL(options.endpoints?.zonalShift ?? `https://${service}.${region}.${suffixOf(region)}`);
  const signer = new SignatureV4({ service, region, credentials: native.config.credentials, sha256: Sha256 });
  return {
    getManagedResource: async ({ resourceIdentifier }, { signal } = {}) => {
      const path = `/managedresources/${encodeURIComponent(resourceIdentifier)}`;
      const request = await signer.sign({
        method: "GET",
        protocol: base.protocol,
        hostname: base.hostname,
        ...(base.port === "" ? {} : { port: Number(base.port) }),
        path,
        query: {},
        headers: { host: base.host },
      } as Parameters<typeof signer.sign>[0]);
      const timeout = AbortSignal.timeout(240_000);
      const answer = await fetch(new URL(path, base), {
        headers: request.headers,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const body: unknown = await answer.json();
      if (answer.ok) return { zonalShifts: shiftsOf(body) };
      throw errorOf(answer, body);
    },
  };
}

const suffixOf = (region: string): string => (region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com");

function shiftsOf(body: unknown): readonly ZonalShift[] {
  const { zonalShifts = [] } = body as { readonly zonalShifts?: readonly RawShift[] };
  return zonalShifts.map(({ awayFrom, appliedStatus, expiryTime }) => ({
    awayFrom,
    appliedStatus,
    // Seconds since the epoch on the wire.
    ...(expiryTime === undefined ? {} : { expiryTime: new Date(expiryTime * 1000) }),
  }));
}

interface RawShift {
  readonly awayFrom?: string;
  readonly appliedStatus?: string;
  readonly expiryTime?: number;
}

function errorOf(answer: Response, body: unknown): ServiceError {
  const { message = answer.statusText } = (body ?? {}) as { readonly message?: string };
  const code = answer.headers.get("x-amzn-errortype")?.split(":")[0] ?? `Http${answer.status}`;
  const requestId = answer.headers.get("x-amzn-requestid") ?? "";
  return new ServiceError(code, message, { status: answer.status, requestId });
}

/** The signer's hash over Node's own. */
class Sha256 {
  readonly #secret: Parameters<typeof createHmac>[1] | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: unknown) {
    this.#secret = secret as Parameters<typeof createHmac>[1] | undefined;
    this.#hash = this.#fresh();
  }

  update(chunk: unknown): void {
    this.#hash.update(chunk as Uint8Array);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh() {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}
