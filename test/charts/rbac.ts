/** Kubernetes' role-based rights as far as charts use them: what a set of roles allows, and a client that obeys it. */
import type { ResourceType } from "../../src/api/index.ts";
import { type KubeClient, KubeFault } from "../../src/kube/index.ts";
import type { Rendered } from "./chart.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** One right: a verb on a resource (`pods/eviction`), everywhere or in one namespace, on all names or on some. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly names: readonly string[] | undefined;
}

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

interface Role extends Rendered {
  readonly rules: readonly Rule[];
}

interface Binding extends Rendered {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** The rights that bindings give to a service account. */
export function rightsOf(objects: readonly Rendered[], account: { readonly name: string; readonly namespace: string }) {
  const bindings = objects.filter((object): object is Binding => object.kind.endsWith("RoleBinding"));
  const roles = objects.filter((object): object is Role => ["Role", "ClusterRole"].includes(object.kind));
  const ours = bindings.filter(({ subjects }) =>
    subjects.some(({ name, namespace }) => name === account.name && namespace === account.namespace),
  );
  return ours.flatMap(({ roleRef, metadata: { namespace } }) => {
    const role = roles.find(
      ({ kind, metadata }) =>
        kind === roleRef.kind && metadata.name === roleRef.name && metadata.namespace === namespace,
    );
    if (role === undefined) throw new Error(`a binding names ${roleRef.kind} ${roleRef.name}, which is not rendered`);
    return role.rules.flatMap((rule) => rightsOfRule(rule, namespace));
  });
}

const rightsOfRule = (rule: Rule, namespace: string | undefined): readonly Right[] =>
  rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.map((verb) => ({ verb, group, resource, namespace, names: rule.resourceNames })),
    ),
  );

export const rightText = ({ verb, group, resource }: Pick<Right, "verb" | "group" | "resource">): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}`;

export interface Rights {
  /** Calls that no right allows, as texts, each once. */
  readonly refused: ReadonlySet<string>;
  readonly used: ReadonlySet<Right>;
  client(kube: KubeClient): KubeClient;
}

/** A client that answers 403 as the API server does to what the rights do not allow, and notes which of them it needed. */
export function createRights(rights: readonly Right[]): Rights {
  const refused = new Set<string>();
  const used = new Set<Right>();
  const check = (access: Access): void => {
    // `system:basic-user` lets everybody ask what they may do.
    if (access.resource === "selfsubjectaccessreviews") return;
    const right = rights.find((each) => allows(each, access));
    if (right !== undefined) return void used.add(right);
    refused.add(`${rightText(access)} in ${access.namespace ?? "all namespaces"}`);
    throw new KubeFault("Forbidden", `cannot ${rightText(access)}`, { code: 403 });
  };
  return { refused, used, client: (kube) => checkedClient(kube, check) };
}

function allows(right: Right, { verb, group, resource, namespace, name }: Access): boolean {
  if (right.verb !== verb || right.group !== group || right.resource !== resource) return false;
  if (right.namespace !== undefined && right.namespace !== namespace) return false;
  return right.names === undefined || (name !== undefined && right.names.includes(name));
}

const lastPart = (resource: string, subresource: string | undefined): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

/** A list or a watch of one object counts as a call by its name. */
const selectedName = (selector: string | undefined): string | undefined =>
  /^metadata\.name=([^,]+)$/.exec(selector ?? "")?.[1];

function checkedClient(kube: KubeClient, check: (access: Access) => void): KubeClient {
  const accessOf = (
    verb: string,
    { group, plural }: ResourceType,
    more: { readonly namespace?: string | undefined; readonly name?: string | undefined; readonly sub?: string } = {},
  ): Access => {
    const { namespace, name, sub } = more;
    return { verb, group, resource: lastPart(plural, sub), namespace, name };
  };
  return {
    isServed: (...args) => kube.isServed(...args),
    get: async (type, name, options) => {
      check(accessOf("get", type, name));
      return kube.get(type, name, options);
    },
    list: async (type, options = {}) => {
      check(accessOf("list", type, { namespace: options.namespace, name: selectedName(options.fieldSelector) }));
      return kube.list(type, options);
    },
    watch: (type, options = {}) => {
      check(accessOf("watch", type, { namespace: options.namespace, name: selectedName(options.fieldSelector) }));
      return kube.watch(type, options);
    },
    create: async (type, object, options) => {
      // The name of an object that is made is not known to the authorizer.
      check(accessOf("create", type, { namespace: object.metadata.namespace }));
      return kube.create(type, object, options);
    },
    update: async (type, object, options) => {
      const { subresource: sub } = options ?? {};
      check(accessOf("update", type, { ...object.metadata, ...(sub === undefined ? {} : { sub }) }));
      return kube.update(type, object, options);
    },
    patch: async (type, name, options) => {
      const { subresource: sub } = options;
      check(accessOf("patch", type, { ...name, ...(sub === undefined ? {} : { sub }) }));
      return kube.patch(type, name, options);
    },
    delete: async (type, name, options) => {
      check(accessOf("delete", type, name));
      return kube.delete(type, name, options);
    },
    createSubresource: async (type, name, subresource, body, options) => {
      check(accessOf("create", type, { ...name, sub: subresource }));
      return kube.createSubresource(type, name, subresource, body, options);
    },
  };
}
