/** The AWS clients with everything that goes wrong between the controller and the account. */
import type { Clock } from "../../../src/platform/index.ts";
import {
  type AwsClients,
  type CreateFleetRequest,
  type CreateFleetResult,
  ServiceError,
} from "../../../src/provider-aws/contract/index.ts";
import type { ActiveFault, FaultBoard } from "./fault-board.ts";
import type { Fuse } from "./fuse.ts";

export interface CloudFaultDeps {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly board: FaultBoard;
  readonly fuse: Fuse;
}

type Method = (input: unknown, options?: { readonly signal?: AbortSignal }) => Promise<unknown>;

const slowestMilliseconds = 8_000;
const isRead = (action: string): boolean => /^(describe|get|list|receive)/.test(action);

export function createFaultyClients(deps: CloudFaultDeps): AwsClients {
  const faulty = <C extends object>(client: C): C =>
    Object.fromEntries(
      Object.entries(client).map(([action, method]) => [action, faultyMethod(deps, action, method as Method)]),
    ) as C;
  const { ec2, ec2Probe, ssm, iam, eks, sqs, pricing } = deps.clients;
  return {
    ec2: faulty(ec2),
    ec2Probe: faulty(ec2Probe),
    ssm: faulty(ssm),
    iam: faulty(iam),
    eks: faulty(eks),
    sqs: faulty(sqs),
    pricing: faulty(pricing),
  };
}

const faultyMethod =
  ({ clock, board, fuse }: CloudFaultDeps, action: string, method: Method): Method =>
  async (input, options = {}) => {
    const slow = board.strikes("cloud-latency", 0.7);
    if (slow !== undefined) await clock.sleep(slow.random.next() * slowestMilliseconds, options);
    if (board.strikes("cloud-throttling", 0.5) !== undefined)
      throw new ServiceError("RequestLimitExceeded", "Request limit exceeded.", { status: 503 });
    const refusal = isLaunch(action, input) ? board.active("launch-failure") : undefined;
    if (refusal !== undefined) throw launchRefusal(board, refusal);
    const work = (): Promise<unknown> => method(input, options);
    const output = await (isRead(action) ? fuse.read(work) : fuse.write(work));
    if (action === "createFleet") countShortage(board, output as CreateFleetResult);
    if (board.strikes("cloud-lost-response", 0.3) !== undefined)
      throw Object.assign(new Error(`${action}: the connection was closed before the answer came`), {
        code: "ECONNRESET",
      });
    return output;
  };

/** Dry runs are probes of the node class and launch nothing. */
const isLaunch = (action: string, input: unknown): boolean =>
  action === "createFleet" && (input as CreateFleetRequest).DryRun !== true;

const launchErrors: readonly (readonly [code: string, status: number])[] = [
  ["InternalError", 500],
  ["UnauthorizedOperation", 403],
  ["InvalidLaunchTemplateName.NotFoundException", 400],
  ["VcpuLimitExceeded", 400],
];

/** Two launches fail the same way, then the fault is over. */
function launchRefusal(board: FaultBoard, fault: ActiveFault): ServiceError {
  fault.strike();
  if (fault.strikes >= 2) board.end(fault);
  const [code, status] = launchErrors[fault.fault.id % launchErrors.length] ?? ["InternalError", 500];
  return new ServiceError(code, `simulated ${code}`, { status });
}

function countShortage(board: FaultBoard, { Errors = [] }: CreateFleetResult): void {
  if (Errors.some(({ ErrorCode }) => ErrorCode === "InsufficientInstanceCapacity"))
    board.active("insufficient-capacity")?.strike();
}
