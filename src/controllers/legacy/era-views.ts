import {
  type AWSNodeTemplate,
  type Condition,
  conditionTypes,
  type EC2NodeClass,
  getCondition,
  type NodePool,
  nodePoolReasons,
  type Provisioner,
  provisionerErrors,
  setCondition,
  type Timestamp,
} from "../../api/index.ts";
import { type Informer, objectKey } from "../../kube/index.ts";
import {
  classSourceOf,
  classViewOfProvisioner,
  classViewOfTemplate,
  poolViewOfProvisioner,
  provisionerClassAddress,
  templateAddress,
} from "../../legacy/index.ts";
import type { EraSettings } from "./era-settings.ts";
import type { ViewStore } from "./view-store.ts";

export interface EraViews {
  /** Makes all views anew, as after an edit of the settings. */
  refresh(): void;
}

/** Keeps the views of pools and classes equal to the Provisioners and AWSNodeTemplates (spec: v1alpha5 5.6 steps 1, 2). */
export function createEraViews(deps: {
  readonly provisioners: Informer<Provisioner>;
  readonly templates: Informer<AWSNodeTemplate>;
  readonly nodeClasses: Informer<EC2NodeClass>;
  readonly pools: ViewStore<NodePool>;
  readonly classes: ViewStore<EC2NodeClass>;
  readonly settings: () => EraSettings;
}): EraViews {
  const { provisioners, templates, nodeClasses, pools, classes, settings } = deps;
  const find = {
    template: (name: string) => templates.store.get(name),
    nodeClass: (name: string) => nodeClasses.store.get(name),
  };
  const renewClass = (provisioner: Provisioner): void => {
    const source = classSourceOf(provisioner, find);
    const address = provisionerClassAddress(objectKey(provisioner));
    if (source === undefined) classes.remove(address);
    else classes.put(classViewOfProvisioner(provisioner, source, settings().global));
  };
  const renew = (provisioner: Provisioner): void => {
    renewClass(provisioner);
    pools.put(withStoredStatus(provisioner, poolView(provisioner, settings())));
  };
  const renewTemplate = (template: AWSNodeTemplate): void =>
    classes.put(classViewOfTemplate(template, settings().global));
  const renewClasses = (): void => provisioners.store.list().forEach(renewClass);

  templates.subscribe(({ type, object }) => {
    if (type === "deleted") classes.remove(templateAddress(object));
    else renewTemplate(object);
    renewClasses();
  });
  nodeClasses.subscribe(renewClasses);
  provisioners.subscribe(({ type, object }) => {
    if (type !== "deleted") return renew(object);
    const address = provisionerClassAddress(objectKey(object));
    pools.remove(address);
    classes.remove(address);
  });
  return {
    refresh: () => {
      templates.store.list().forEach(renewTemplate);
      provisioners.store.list().forEach(renew);
    },
  };
}

const poolView = (provisioner: Provisioner, settings: EraSettings): NodePool =>
  poolViewOfProvisioner(provisioner, { defaults: settings.instanceDefaults });

/** What an earlier process found; replaced by the first look of this one. */
function withStoredStatus({ status }: Provisioner, view: NodePool): NodePool {
  const active = status?.conditions?.find(({ type }) => type === activeCondition);
  return active === undefined ? view : { ...view, status: { conditions: [{ ...active, type: conditionTypes.ready }] } };
}

/** The one condition of a Provisioner: whether its view is ready. */
const activeCondition = "Active";

/** With the reason of the first condition that stands in the way, where the era knew none but this one. */
export const activeOf = (ready: Condition, all: readonly Condition[]): Condition => {
  const { observedGeneration: _, ...rest } = ready;
  const cause =
    ready.status === "True" ? undefined : all.find(({ type, status }) => type !== ready.type && status === "False");
  const { reason, message } = cause ?? rest;
  return {
    ...rest,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    type: activeCondition,
  };
};

/** A pool that the old checks refuse is not ready, whatever today's say of its view; `now` is the time of the change. */
export function withEraVerdict(view: NodePool, error: string | undefined, now: Timestamp): NodePool {
  if (error === undefined) return view;
  const validated = getCondition(view, conditionTypes.validationSucceeded);
  if (validated?.status === "False" && validated.message === error) return view;
  const type = conditionTypes.validationSucceeded;
  return setCondition(view, { type, status: "False", reason: nodePoolReasons.validationFailed, message: error }, now);
}

/** Why a Provisioner is not served: the first error of the old checks (5.6 step 1.1). */
export const firstError = (provisioner: Provisioner, { providerValidation }: EraSettings): string | undefined =>
  provisionerErrors(provisioner, { providerValidation }).find(({ paths }) => paths[0] !== "spec.ttlSecondsAfterEmpty")
    ?.message;
