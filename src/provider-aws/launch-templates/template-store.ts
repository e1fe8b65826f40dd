import { cloudTags, awsLabels } from "../../api/index.ts";
import { ok, type Result } from "../../core/index.ts";
import type { Clock, Gauge, Logger } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { Ec2Client, LaunchTemplate } from "../contract/index.ts";
import { calling, errorCodes, hasCode, isNotFound } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import type { UserDataFailure } from "../user-data/amazon-linux.ts";
import { launchTemplateName, launchTemplateRequest, type TemplateInput } from "./template.ts";

/** Launch templates of this cluster: made when needed, deleted a minute after their last use (spec: aws 1.4, 3.7). */
export interface TemplateStore {
  /** Name of a template that EC2 has. Fails when the class' user data cannot be merged; AWS failures reject. */
  ensure(input: TemplateInput, options: { readonly signal: AbortSignal }): Promise<Result<string, UserDataFailure>>;
  /** Forgets a template that EC2 says is gone, without deleting it. */
  forget(name: string): void;
  /** Takes over the templates that an earlier process left, so that they end like our own. */
  hydrate(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Deletes templates whose time is over. */
  sweep(options: { readonly signal: AbortSignal }): Promise<void>;
  deleteForClass(className: string, options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface TemplateStoreDeps {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly clusterName: string;
  readonly userDataBytes?: Gauge | undefined;
}

const ttlMilliseconds = 60_000;

export function createTemplateStore(deps: TemplateStoreDeps): TemplateStore {
  const { clock, log } = deps;
  const exclusive = createMutex();
  const ended: { name: string; id: string }[] = [];
  const cache = createExpiringMap<string>({ clock, ttlMilliseconds, onEvict: (name, id) => ended.push({ name, id }) });

  return {
    ensure: (input, { signal }) =>
      exclusive(async () => {
        const name = launchTemplateName(input);
        const known = cache.get(name);
        if (known !== undefined) {
          cache.set(name, known);
          return ok(name);
        }
        const existing = await describe(deps, name, signal);
        const id = existing === undefined ? await create(deps, input, signal) : ok(existing);
        if (!id.ok) return id;
        cache.set(name, id.value);
        return ok(name);
      }),
    forget: (name) => {
      cache.delete(name);
      // The deletion that eviction asks for is not wanted here: EC2 has none of that name.
      const index = ended.findIndex((entry) => entry.name === name);
      if (index >= 0) ended.splice(index, 1);
    },
    hydrate: ({ signal }) =>
      exclusive(async () => {
        const filters = [{ Name: `tag:${cloudTags.eksClusterName}`, Values: [deps.clusterName] }];
        for (const { LaunchTemplateName: name, LaunchTemplateId: id } of await list(deps, filters, signal))
          if (name !== undefined && id !== undefined && cache.get(name) === undefined) cache.set(name, id);
      }),
    sweep: ({ signal }) =>
      exclusive(async () => {
        cache.sweep();
        for (let entry = ended.shift(); entry !== undefined; entry = ended.shift()) {
          await remove(deps, entry.id, signal);
          log.debug("deleted launch template", { "launch-template": entry.name });
        }
      }),
    deleteForClass: (className, { signal }) =>
      exclusive(async () => {
        const filters = [
          { Name: `tag:${cloudTags.eksClusterName}`, Values: [deps.clusterName] },
          { Name: `tag:${awsLabels.ec2NodeClass}`, Values: [className] },
        ];
        for (const { LaunchTemplateName: name = "", LaunchTemplateId: id = "" } of await list(deps, filters, signal)) {
          await remove(deps, id, signal);
          cache.delete(name);
        }
        ended.length = 0;
        deps.userDataBytes?.remove({ nodeclass: className });
      }),
  };
}

/** The id of an existing template; undefined when there is none. */
async function describe({ ec2 }: TemplateStoreDeps, name: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await ec2.describeLaunchTemplates({ LaunchTemplateNames: [name] }, { signal });
    return answer.LaunchTemplates?.[0]?.LaunchTemplateId;
  } catch (error) {
    if (hasCode(error, errorCodes.launchTemplateMissing)) return undefined;
    return calling("EC2", "DescribeLaunchTemplates", { signal, call: () => Promise.reject(error as Error) });
  }
}

async function create(
  deps: TemplateStoreDeps,
  input: TemplateInput,
  signal: AbortSignal,
): Promise<Result<string, UserDataFailure>> {
  const request = launchTemplateRequest(input);
  if (!request.ok) return request;
  const { ec2, log } = deps;
  reportSize(deps, input, request.value.LaunchTemplateData.UserData);
  const made = await calling("EC2", "CreateLaunchTemplate", {
    signal,
    call: () => ec2.createLaunchTemplate(request.value, { signal }),
  });
  log.debug("created launch template", { "launch-template": request.value.LaunchTemplateName });
  return ok(made.LaunchTemplate?.LaunchTemplateId ?? "");
}

/** EC2's limit, and the share of it from which on a warning is due. */
const userDataLimitBytes = 16_384;
const userDataWarningBytes = 14_745;

function reportSize(
  { log, userDataBytes }: TemplateStoreDeps,
  { nodeClass }: TemplateInput,
  userData: string | undefined,
): void {
  const bytes = userData === undefined ? 0 : Buffer.byteLength(userData, "base64");
  userDataBytes?.set(bytes, { nodeclass: nodeClass.metadata.name ?? "" });
  if (bytes >= userDataWarningBytes)
    log.warn("user data is close to EC2's limit", {
      EC2NodeClass: nodeClass.metadata.name,
      bytes,
      limit: userDataLimitBytes,
    });
}

function list(
  { ec2 }: TemplateStoreDeps,
  Filters: readonly { readonly Name: string; readonly Values: readonly string[] }[],
  signal: AbortSignal,
): Promise<readonly LaunchTemplate[]> {
  return allPages(
    (token) =>
      calling("EC2", "DescribeLaunchTemplates", {
        signal,
        call: () => ec2.describeLaunchTemplates({ Filters, MaxResults: 200, ...pageToken(token) }, { signal }),
      }),
    (page) => page.LaunchTemplates,
  );
}

async function remove({ ec2 }: TemplateStoreDeps, id: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.deleteLaunchTemplate({ LaunchTemplateId: id }, { signal });
  } catch (error) {
    if (isNotFound(error)) return;
    await calling("EC2", "DeleteLaunchTemplate", { signal, call: () => Promise.reject(error as Error) });
  }
}

/** Runs one after the other, in order of arrival. */
function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
