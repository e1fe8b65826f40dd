import { apiVersionOf, type KubeList, type KubeObject, resourceType, type ResourceType } from "../../api/index.ts";
import type {
  CallOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  ObjectName,
  PatchOptions,
  PatchType,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { type Call, Caller, type Method } from "./caller.ts";
import { type Connections, openConnections } from "./connections.ts";
import type { HttpClientOptions } from "./http-options.ts";
import { collectionPath, groupPath, listQuery, objectPath, queryText, watchQuery } from "./paths.ts";
import { faultOfConnection } from "./status-fault.ts";
import { eventOfLine, linesOf } from "./watch-decoder.ts";

/** A client over HTTP; `close` ends its connections, watches included. */
export interface HttpKubeClient extends KubeClient {
  readonly server: string;
  /** The resource that serves a kind now, as a manifest names it; undefined when none does. Asks the server each time. */
  typeOf(apiVersion: string, kind: string, options?: CallOptions): Promise<ResourceType | undefined>;
  /** `1.34`: what the server says of itself. */
  kubernetesVersion(options?: CallOptions): Promise<string>;
  /** The schema that the server publishes for a kind (OpenAPI v3); undefined where it publishes none. */
  schemaOf(type: ResourceType, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

export function createHttpClient(options: HttpClientOptions): HttpKubeClient {
  return new HttpClient(options);
}

const contentTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** What a call says about itself, beside where it goes. */
interface Shape {
  readonly verb: string;
  readonly method: Method;
  readonly path: string;
  readonly subresource?: string | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly idempotent?: boolean;
  readonly warn?: ((text: string) => void) | undefined;
}

interface Published {
  readonly components?: {
    readonly schemas?: Readonly<
      Record<
        string,
        { readonly "x-kubernetes-group-version-kind"?: readonly Pick<ResourceType, "group" | "version" | "kind">[] }
      >
    >;
  };
}

interface ServedResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

class HttpClient implements HttpKubeClient {
  readonly server: string;
  readonly #connections: Connections;
  readonly #caller: Caller;

  constructor(options: HttpClientOptions) {
    this.server = options.server;
    this.#connections = openConnections(options);
    this.#caller = new Caller(options, this.#connections);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async get<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: CallOptions = {}): Promise<T> {
    return this.#object<T>(type, { verb: "GET", method: "GET", path: objectPath(type, name) }, options);
  }

  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const path = collectionPath(type, options.namespace) + listQuery(options);
    const list = (await this.#call(type, { verb: "LIST", method: "GET", path }, options)) as KubeList<T>;
    // Lists of built-in kinds leave out what each item is.
    const what: Partial<KubeObject> = { apiVersion: apiVersionOf(type), kind: type.kind };
    return { ...list, items: (list.items ?? []).map((item) => ({ ...what, ...item })) };
  }

  async *watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    const path = collectionPath(type, options.namespace) + watchQuery(options);
    const body = await this.#caller.open(this.#shape(type, { verb: "WATCH", method: "GET", path }, options));
    try {
      for await (const line of linesOf(body)) {
        options.signal?.throwIfAborted();
        if (line !== "") yield eventOfLine<T>(line);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw isKubeFault(error) ? error : faultOfConnection(error, this.server);
    } finally {
      body.destroy();
    }
    options.signal?.throwIfAborted();
  }

  async create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = collectionPath(type, object.metadata.namespace) + writeQuery(options);
    return this.#object<T>(
      type,
      { verb: "CREATE", method: "POST", path, body: object, idempotent: false, warn: options.warn },
      options,
    );
  }

  async update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions & { readonly subresource?: "status" } = {},
  ): Promise<T> {
    const { subresource } = options;
    const path = objectPath(type, nameOf(object), subresource) + writeQuery(options);
    return this.#object<T>(
      type,
      { verb: "UPDATE", method: "PUT", path, subresource, body: object, warn: options.warn },
      options,
    );
  }

  async patch<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: PatchOptions): Promise<T> {
    const { subresource, body, force } = options;
    const path = objectPath(type, name, subresource) + writeQuery(options, force === true ? { force } : {});
    const shape: Shape = {
      verb: options.type === "apply" ? "APPLY" : "PATCH",
      method: "PATCH",
      path,
      subresource,
      body,
      contentType: contentTypes[options.type],
      // Operations of a JSON patch may add to a list; applied twice they would add twice.
      idempotent: options.type !== "json",
      warn: options.warn,
    };
    return this.#object<T>(type, shape, options);
  }

  async delete<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options: DeleteOptions = {},
  ): Promise<T | undefined> {
    const path = objectPath(type, name);
    const shape: Shape = { verb: "DELETE", method: "DELETE", path, body: deleteBody(options) };
    const answer = (await this.#call(type, shape, options)) as T;
    return isHeld(answer) ? { ...answer, apiVersion: apiVersionOf(type), kind: type.kind } : undefined;
  }

  async createSubresource(
    type: ResourceType,
    name: ObjectName,
    subresource: "binding" | "eviction",
    body: KubeObject,
    options: CallOptions = {},
  ): Promise<void> {
    const path = objectPath(type, name, subresource);
    await this.#call(type, { verb: "CREATE", method: "POST", path, subresource, body, idempotent: false }, options);
  }

  async isServed(type: ResourceType, options: CallOptions = {}): Promise<boolean> {
    return (await this.#resourcesOf(type, options)).some(({ name }) => name === type.plural);
  }

  async typeOf(apiVersion: string, kind: string, options: CallOptions = {}): Promise<ResourceType | undefined> {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/", 2) : ["", apiVersion];
    if (group === undefined || version === undefined || version === "") return undefined;
    const found = (await this.#resourcesOf({ group, version }, options)).find(
      (resource) => resource.kind === kind && !resource.name.includes("/"),
    );
    if (found === undefined) return undefined;
    return resourceType(apiVersion, kind, found.name, found.namespaced ? "Namespaced" : "Cluster");
  }

  async kubernetesVersion(options: CallOptions = {}): Promise<string> {
    const what: ResourceType = { group: "", version: "v1", kind: "Info", plural: "", namespaced: false };
    const said = (await this.#call(what, { verb: "GET", method: "GET", path: "/version" }, options)) as {
      readonly major?: string;
      readonly minor?: string;
    };
    // Some clouds put a plus behind the minor number.
    return `${said.major ?? ""}.${(said.minor ?? "").replace(/\D+$/, "")}`;
  }

  async schemaOf(type: ResourceType, options: CallOptions = {}): Promise<unknown> {
    const { group, version, kind } = type;
    const path = `/openapi/v3${groupPath(type)}`;
    try {
      const document = await this.#call({ ...type, kind: "OpenAPI" }, { verb: "GET", method: "GET", path }, options);
      const { schemas = {} } = (document as Published).components ?? {};
      return Object.values(schemas).find((schema) =>
        schema["x-kubernetes-group-version-kind"]?.some(
          (each) => each.group === group && each.version === version && each.kind === kind,
        ),
      );
    } catch (error) {
      if (isKubeFault(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #resourcesOf(
    { group, version }: Pick<ResourceType, "group" | "version">,
    options: CallOptions,
  ): Promise<readonly ServedResource[]> {
    const what: ResourceType = { group, version, kind: "APIResourceList", plural: "", namespaced: false };
    try {
      const answer = await this.#call(what, { verb: "GET", method: "GET", path: groupPath(what) }, options);
      return (answer as { readonly resources?: readonly ServedResource[] }).resources ?? [];
    } catch (error) {
      if (isKubeFault(error, "NotFound")) return [];
      throw error;
    }
  }

  async #object<T extends KubeObject>(type: ResourceType<T>, shape: Shape, options: CallOptions): Promise<T> {
    return (await this.#call(type, shape, options)) as T;
  }

  #call(type: ResourceType, shape: Shape, options: CallOptions): Promise<unknown> {
    return this.#caller.call(this.#shape(type, shape, options));
  }

  #shape({ group, version, kind }: ResourceType, shape: Shape, { signal, timeoutMilliseconds }: CallOptions): Call {
    const { verb, subresource = "", idempotent = true, ...rest } = shape;
    const labels = { verb, group, version, kind, subresource };
    return { ...rest, idempotent, signal, timeoutMilliseconds, labels };
  }
}

function nameOf({ metadata }: KubeObject): ObjectName {
  const { name = "", namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function writeQuery({ dryRun, fieldManager }: WriteOptions, more: { readonly force?: boolean } = {}): string {
  return queryText({ dryRun: dryRun === true ? "All" : undefined, fieldManager, ...more });
}

function deleteBody({ uid, resourceVersion, gracePeriodSeconds, propagationPolicy, dryRun }: DeleteOptions): unknown {
  const preconditions = { uid, resourceVersion };
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun === true ? { dryRun: ["All"] } : {}),
  };
}

/** The answer to a delete is a Status or the object; some kinds answer with the object also when it has gone. */
function isHeld(answer: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = answer.metadata ?? {};
  if (answer.kind === "Status" || deletionTimestamp === undefined) return false;
  const { spec } = answer as { readonly spec?: { readonly finalizers?: readonly string[] } };
  return finalizers.length > 0 || deletionGracePeriodSeconds > 0 || (spec?.finalizers?.length ?? 0) > 0;
}
