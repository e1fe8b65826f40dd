import { readFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import type { FaultAnswer, FaultRequest } from "../../local/index.ts";
import { CliError } from "../cli-error.ts";

/** Sends a fault to the embedded cluster that a kubeconfig points at; loopback only, with the kubeconfig's token. */
export async function sendFault(options: {
  readonly kubeconfig: string;
  readonly request: FaultRequest;
  readonly signal: AbortSignal;
}): Promise<FaultAnswer> {
  const { kubeconfig, request, signal } = options;
  const { server, ca, token } = await readTarget(kubeconfig);
  const answer = await post({ url: `${server}/karpenter-ts/faults`, ca, token, body: JSON.stringify(request), signal });
  if (answer.code === 404) throw new CliError(`${server} is no embedded cluster: it takes no faults`);
  if (answer.code >= 400 && !answer.body.includes('"done"')) throw new CliError(`${server} refused: ${answer.body}`);
  return JSON.parse(answer.body) as FaultAnswer;
}

interface Target {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

interface KubeconfigShape {
  readonly clusters?: readonly {
    readonly cluster?: { readonly server?: string; readonly "certificate-authority-data"?: string };
  }[];
  readonly users?: readonly { readonly user?: { readonly token?: string } }[];
}

async function readTarget(file: string): Promise<Target> {
  const content = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CliError(
      `no kubeconfig at ${file}: start a cluster with "karpenter up", or name its kubeconfig with --kubeconfig`,
      undefined,
      { cause: error },
    );
  });
  const { clusters, users } = (parse(content) ?? {}) as KubeconfigShape;
  const { server, "certificate-authority-data": ca } = clusters?.[0]?.cluster ?? {};
  const token = users?.[0]?.user?.token;
  if (server === undefined || ca === undefined || token === undefined) {
    throw new CliError(
      `${file} is not a kubeconfig of an embedded cluster: expected a server, its authority and a token`,
    );
  }
  if (!["127.0.0.1", "localhost", "[::1]"].includes(new URL(server).hostname)) {
    throw new CliError(`${file} points at ${server}: faults go to a cluster on this machine only`);
  }
  return { server, ca: Buffer.from(ca, "base64").toString("utf8"), token };
}

async function post(call: {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  readonly body: string;
  readonly signal: AbortSignal;
}): Promise<{ readonly code: number; readonly body: string }> {
  const { url, ca, token, body, signal } = call;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { method: "POST", ca, headers, signal }, (response) => {
      text(response).then((answer) => resolve({ code: response.statusCode ?? 0, body: answer }), reject);
    });
    request.on("error", (error) => {
      reject(
        new CliError(`the embedded cluster at ${new URL(url).origin} does not answer: ${error.message}`, undefined, {
          cause: error,
        }),
      );
    });
    request.end(body);
  });
}
