import {
  type AmiSelectorTerm,
  awsLabelRules,
  type EC2NodeClass,
  labels,
  parseAmiAlias,
  type RequirementSpec,
  unsupportedAliasProblem,
} from "../../api/index.ts";
import { failed, ok, type Result } from "../../core/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { ProviderFault } from "../../provider/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { Ec2Client, Filter, Image } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { hasNativeSelectors, tagFilters, tagMap } from "../tags.ts";
import { aliasParameters } from "./alias-parameters.ts";
import type { ParameterReader } from "./parameters.ts";
import { type ResolvedImage, selectImages, sortedRequirements } from "./selection.ts";

export type ImageFailure = { readonly kind: "unsupported-alias"; readonly message: string };

/** Images of a node class (spec: aws 3.4). An empty list means that nothing matched; AWS failures reject. */
export interface ImageResolver {
  resolve(
    nodeClass: EC2NodeClass,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<readonly ResolvedImage[], ImageFailure>>;
  /** Whether an image is deprecated by now, past every cache; one that is gone is not. */
  isDeprecated(id: string, options: { readonly signal: AbortSignal }): Promise<boolean>;
}

export interface ImageResolverDeps {
  readonly ec2: Ec2Client;
  readonly parameters: ParameterReader;
  readonly clock: Clock;
  readonly log: Logger;
  /** `1.34`; the version of the API server. */
  readonly kubernetesVersion: () => string;
  readonly refreshMilliseconds: number;
}

interface ImageQuery {
  readonly filters: readonly Filter[];
  readonly owners?: readonly string[];
}

interface Question {
  readonly queries: readonly ImageQuery[];
  /** Requirements of the images of an alias, by image id; ids that users name have none. */
  readonly serves: ReadonlyMap<string, readonly (readonly RequirementSpec[])[]>;
}

export function createImageResolver(deps: ImageResolverDeps): ImageResolver {
  const cache = createExpiringMap<readonly Image[]>({ clock: deps.clock, ttlMilliseconds: deps.refreshMilliseconds });
  return {
    resolve: async (nodeClass, { signal }) => {
      const problem = aliasProblem(nodeClass, deps.kubernetesVersion());
      if (problem !== undefined) return failed({ kind: "unsupported-alias", message: problem });
      const { queries, serves } = await questionOf(deps, nodeClass, signal);
      const key = JSON.stringify([nodeClass.metadata.uid, nodeClass.metadata.generation, queries]);
      const known = cache.get(key);
      const images = known ?? (await describe(deps.ec2, queries, signal));
      if (known === undefined) cache.set(key, images);
      const resolved = images.flatMap((image) => {
        const extra = hasNativeSelectors(nodeClass) ? tagRequirements(image) : [];
        return resolvedImages(image, { serves, extra, now: deps.clock.now() });
      });
      return ok(selectImages(resolved));
    },
    isDeprecated: async (id, { signal }) => {
      const queries = [{ filters: [{ Name: "image-id", Values: [id] }] }];
      const [image] = await describe(deps.ec2, queries, signal);
      return image !== undefined && isDeprecated(image, deps.clock.now());
    },
  };
}

function aliasProblem({ spec }: EC2NodeClass, version: string): string | undefined {
  const text = spec.amiSelectorTerms.find((term) => term.alias !== undefined)?.alias;
  if (text === undefined) return undefined;
  const alias = parseAmiAlias(text);
  if (alias === undefined) return `"${text}" is no image alias; expected family@version`;
  return unsupportedAliasProblem(alias, Number(version.split(".")[1]));
}

async function questionOf(deps: ImageResolverDeps, { spec }: EC2NodeClass, signal: AbortSignal): Promise<Question> {
  const ids: string[] = [];
  const serves = new Map<string, (readonly RequirementSpec[])[]>();
  const queries: ImageQuery[] = [];
  for (const term of spec.amiSelectorTerms) {
    if (term.alias !== undefined) {
      for (const [id, sets] of await aliasImages(deps, term.alias, signal)) {
        ids.push(id);
        serves.set(id, [...(serves.get(id) ?? []), ...sets]);
      }
    } else if (term.id !== undefined) ids.push(term.id);
    else if (term.ssmParameter !== undefined) {
      const id = await parameterImage(deps, term.ssmParameter, signal);
      if (id !== undefined) ids.push(id);
    } else queries.push(termQuery(term));
  }
  const byId = ids.length === 0 ? [] : [{ filters: [{ Name: "image-id", Values: [...new Set(ids)].sort() }] }];
  return { queries: [...byId, ...queries], serves };
}

async function aliasImages(deps: ImageResolverDeps, text: string, signal: AbortSignal) {
  const alias = parseAmiAlias(text);
  if (alias === undefined) return [];
  const found: (readonly [string, readonly (readonly RequirementSpec[])[]])[] = [];
  for (const { name, serves } of aliasParameters(alias, deps.kubernetesVersion())) {
    const named = alias.version === "latest" ? "by-alias" : "by-pinned-alias";
    const id = await aliasParameter(deps, { name, named }, signal);
    if (id !== undefined) found.push([id, serves]);
  }
  if (found.length === 0)
    throw new ProviderFault(
      "AliasNotFound",
      `failed to discover any AMIs for alias "${text}": none of its parameters exists`,
    );
  return found;
}

/** One parameter that fails does not take the others down; only if all do is the alias a failure. */
async function aliasParameter(
  deps: ImageResolverDeps,
  { name, named }: { readonly name: string; readonly named: "by-alias" | "by-pinned-alias" },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const id = await deps.parameters.read(name, { named, signal });
    if (id === undefined) deps.log.debug("no such image parameter", { parameter: name });
    return id;
  } catch (error) {
    signal.throwIfAborted();
    deps.log.error("cannot read image parameter", { parameter: name, error });
    return undefined;
  }
}

async function parameterImage(deps: ImageResolverDeps, name: string, signal: AbortSignal): Promise<string | undefined> {
  const value = await deps.parameters.read(name, { named: "by-user", signal });
  if (value?.startsWith("ami-") === true) return value;
  deps.log.error("skipping image parameter without an image", { parameter: name, found: value ?? "nothing" });
  return undefined;
}

function termQuery({ name, owner, tags = {} }: AmiSelectorTerm): ImageQuery {
  const named = name === undefined ? [] : [{ Name: "name", Values: [name] }];
  const owners = owner !== undefined ? [owner] : name === undefined ? undefined : ["self", "amazon"];
  return { filters: [...named, ...tagFilters(tags)], ...(owners === undefined ? {} : { owners }) };
}

async function describe(
  ec2: Ec2Client,
  queries: readonly ImageQuery[],
  signal: AbortSignal,
): Promise<readonly Image[]> {
  const images = new Map<string, Image>();
  for (const { filters, owners } of queries) {
    const found = await allPages(
      (token) =>
        calling("EC2", "DescribeImages", {
          signal,
          call: () =>
            ec2.describeImages(
              {
                Filters: [...filters, { Name: "state", Values: ["available"] }],
                ...(owners === undefined ? {} : { Owners: owners }),
                IncludeDeprecated: true,
                MaxResults: 1000,
                ...pageToken(token),
              },
              { signal },
            ),
        }),
      (page) => page.Images,
    );
    for (const image of found) if (image.ImageId !== undefined) images.set(image.ImageId, image);
  }
  return [...images.values()];
}

const archOf: Readonly<Record<string, string>> = { x86_64: "amd64", arm64: "arm64" };

const isDeprecated = ({ DeprecationTime: time }: Image, now: number): boolean =>
  time !== undefined && Date.parse(time) <= now;

/** In the v1alpha5 era tags of an image that are well-known labels said which machines it is for (v1alpha5 2.4). */
const tagRequirements = ({ Tags: tags }: Image): readonly RequirementSpec[] =>
  Object.entries(tagMap(tags))
    .filter(([key]) => key !== labels.arch && awsLabelRules.wellKnown.has(key))
    .map(([key, value]) => ({ key, operator: "In", values: [value] }));

function resolvedImages(
  image: Image,
  {
    serves,
    extra,
    now,
  }: { readonly serves: Question["serves"]; readonly extra: readonly RequirementSpec[]; readonly now: number },
): readonly ResolvedImage[] {
  const arch = archOf[image.Architecture ?? ""];
  if (image.ImageId === undefined || arch === undefined) return [];
  const byArch = [{ key: labels.arch, operator: "In", values: [arch] }] as const;
  const sets: readonly (readonly RequirementSpec[])[] = serves.get(image.ImageId) ?? [byArch];
  const createdAt = Math.floor(Date.parse(image.CreationDate ?? "1970-01-01T00:00:00Z") / 1000) * 1000;
  const deprecated = isDeprecated(image, now);
  return sets.map((requirements) => ({
    id: image.ImageId as string,
    name: image.Name ?? "",
    createdAt,
    deprecated,
    requirements: sortedRequirements([...requirements, ...extra]),
  }));
}
