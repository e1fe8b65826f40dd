import type { Status } from "../../api/index.ts";
import { KubeFault, type KubeFaultReason } from "../fault.ts";

const byCode: Readonly<Record<number, KubeFaultReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

const reasons = new Set<string>([...Object.values(byCode), "AlreadyExists", "Expired", "ServerTimeout"]);

const reasonOf = (reason: string | undefined, code: number): KubeFaultReason =>
  reason !== undefined && reasons.has(reason) ? (reason as KubeFaultReason) : (byCode[code] ?? "Unknown");

/** The fault that a Status stands for, as the body of an answer or inside a watch. */
export function faultOfStatus(status: Status, code = status.code ?? 0, retryAfter?: number): KubeFault {
  const retryAfterSeconds = retryAfter ?? status.details?.retryAfterSeconds;
  return new KubeFault(reasonOf(status.reason, code), status.message ?? `the API server answered ${code}`, {
    code,
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** The fault of an answer that is no success; a body that is no Status (a proxy's page) is quoted in short. */
export function faultOfAnswer(answer: {
  readonly code: number;
  readonly body: string;
  readonly retryAfterSeconds: number | undefined;
}): KubeFault {
  const { code, body, retryAfterSeconds } = answer;
  const status = parseStatus(body);
  if (status !== undefined) return faultOfStatus(status, code, retryAfterSeconds);
  const said = body.trim() === "" ? "" : `: ${body.trim().slice(0, 200)}`;
  return new KubeFault(reasonOf(undefined, code), `the API server answered ${code}${said}`, {
    code,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function parseStatus(body: string): Status | undefined {
  if (!body.trimStart().startsWith("{")) return undefined;
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed.kind === "Status" ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `Retry-After` as seconds: a number, or a date. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** What went wrong below HTTP, with the address and the system's own code. */
export function faultOfConnection(error: unknown, server: string): KubeFault {
  const { code, message } = rootOf(error);
  const what = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  return new KubeFault("ConnectionFailed", `cannot reach the API server at ${server}: ${what}`, { cause: error });
}

function rootOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined && error.cause !== undefined) return rootOf(error.cause);
  return { code, message: error.message };
}
