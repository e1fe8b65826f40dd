/** All objects of an input together: classes depend on the pools that use them (spec: v1alpha5 5, D12). */
import {
  type AWSNodeTemplate,
  type ConfigMap,
  type EraDefaults,
  type KubeObject,
  type Provisioner,
  provisionerErrors,
} from "../../api/index.ts";
import type { GlobalSettings } from "../settings/settings.ts";
import { kubeletOf } from "../views/class-view.ts";
import {
  betaClassLosses,
  betaClassName,
  betaPoolLosses,
  convertBetaClass,
  convertBetaPool,
  isBetaClass,
  isBetaPool,
} from "./beta.ts";
import { type ClassPlan, type ClassUser, type Kubelet, nameOf, planClasses } from "./class-plan.ts";
import { type Conversion, dropped, keptObject, type Loss, lossOf } from "./conversion.ts";
import { classLosses, convertClass } from "./node-class.ts";
import { convertPool, poolLosses } from "./pool.ts";
import { renameTexts } from "./rename-texts.ts";
import { isGlobalSettings, readSettings, settingsLosses, settingsOptions } from "./settings-options.ts";

/** Requirements to write out where a Provisioner lacks them; `none` leaves them out, which widens the pool. */
export type EraDefaultsChoice = EraDefaults | "none";

export interface ConvertOptions {
  readonly defaults?: EraDefaultsChoice;
  /** Settings where the input holds no settings map. */
  readonly settings?: GlobalSettings;
}

interface Context {
  readonly settings: GlobalSettings;
  readonly defaults: EraDefaultsChoice;
  readonly plan: ClassPlan;
  readonly betaPlan: ClassPlan;
  /** Names that EC2NodeClasses of the input have already. */
  readonly taken: ReadonlySet<string>;
}

/** One conversion for each object, in order. */
export function convertObjects(objects: readonly KubeObject[], options: ConvertOptions = {}): readonly Conversion[] {
  const map = objects.find(isGlobalSettings);
  const settings = map === undefined ? (options.settings ?? readSettings(undefined)) : readSettings(map);
  const provisioners = objects.filter(isProvisioner);
  const context: Context = {
    settings,
    defaults: options.defaults ?? "baseline",
    plan: planClasses(provisioners.flatMap((provisioner) => userOf(provisioner, settings))),
    betaPlan: planClasses(objects.filter(isBetaPool).map(betaUserOf)),
    taken: new Set(objects.filter(isClassOrTemplate).map(nameOf)),
  };
  return objects.map((object) => convertOne(object, context));
}

const isProvisioner = (object: KubeObject): object is Provisioner =>
  object.apiVersion === "karpenter.sh/v1alpha5" && object.kind === "Provisioner";

const isTemplate = (object: KubeObject): object is AWSNodeTemplate =>
  object.apiVersion === "karpenter.k8s.aws/v1alpha1" && object.kind === "AWSNodeTemplate";

const isMachine = (object: KubeObject): boolean =>
  (object.apiVersion === "karpenter.sh/v1alpha5" && object.kind === "Machine") ||
  (object.apiVersion === "karpenter.sh/v1beta1" && object.kind === "NodeClaim");

const isClassOrTemplate = (object: KubeObject): boolean => object.kind === "EC2NodeClass" || isTemplate(object);

function userOf(provisioner: Provisioner, settings: GlobalSettings): readonly ClassUser[] {
  if (provisioner.spec?.provider !== undefined) return [];
  return [
    { pool: nameOf(provisioner), template: templateNameOf(provisioner), kubelet: kubeletFor(provisioner, settings) },
  ];
}

const templateNameOf = ({ spec }: Provisioner): string => spec?.providerRef?.name ?? "default";

const kubeletFor = ({ spec }: Provisioner, settings: GlobalSettings): Kubelet =>
  kubeletOf(spec?.kubeletConfiguration, settings);

const betaUserOf = (pool: Parameters<typeof betaClassName>[0]): ClassUser => ({
  pool: nameOf(pool),
  template: betaClassName(pool),
  kubelet: pool.spec.template.spec.kubelet,
});

function convertOne(object: KubeObject, context: Context): Conversion {
  if (isProvisioner(object)) return convertProvisioner(object, context);
  if (isTemplate(object)) return convertTemplate(object, context);
  if (isGlobalSettings(object)) return convertSettings(object);
  if (isMachine(object)) return dropped(object, [machineLoss(object)]);
  if (isBetaPool(object)) {
    const converted = convertBetaPool(object, context.betaPlan.classOf(betaUserOf(object)));
    return { source: object, kept: false, objects: [converted], losses: betaPoolLosses(object), notes: [] };
  }
  if (isBetaClass(object)) {
    const variants = context.betaPlan.variantsOf(nameOf(object));
    const objects = variants.map((variant) => convertBetaClass(object, variant));
    return { source: object, kept: false, objects, losses: betaClassLosses(object), notes: variantNotes(variants) };
  }
  return renameInside(object);
}

const machineLoss = ({ kind }: KubeObject): Loss =>
  lossOf([], `a ${kind} stands for a running machine and is not converted`, "drain it, or let it go with its pool");

/** A refused object has no v1 form; each error is a loss. */
function convertProvisioner(provisioner: Provisioner, context: Context): Conversion {
  const bad = convertibleErrors(provisioner);
  if (bad.length > 0) return dropped(provisioner, bad);
  const inline = provisioner.spec?.provider;
  const className = inline === undefined ? referredClass(provisioner, context) : inlineClassName(provisioner, context);
  const pool = convertPool(provisioner, { defaults: context.defaults, className });
  const losses = poolLosses(provisioner);
  if (inline === undefined) return { source: provisioner, kept: false, objects: [pool], losses, notes: [] };
  const kubelet = kubeletFor(provisioner, context.settings);
  const options = { name: className, kubelet, settings: context.settings, at: ["spec", "provider"] };
  const objects = inline.launchTemplate === undefined ? [convertClass(provisioner, inline, options), pool] : [pool];
  const renamed = className === nameOf(provisioner) ? [] : [`the class of its inline provider is called ${className}`];
  const all = [...losses, ...classLosses(inline, options)];
  return { source: provisioner, kept: false, objects, losses: all, notes: renamed };
}

function referredClass(provisioner: Provisioner, { plan, settings }: Context): string {
  const kubelet = kubeletFor(provisioner, settings);
  return plan.classOf({ pool: nameOf(provisioner), template: templateNameOf(provisioner), kubelet });
}

const inlineClassName = (provisioner: Provisioner, { taken }: Context): string =>
  taken.has(nameOf(provisioner)) ? `${nameOf(provisioner)}-provisioner` : nameOf(provisioner);

/** Taints without an effect pass the old checks and fail everywhere else. */
function convertibleErrors(provisioner: Provisioner): readonly Loss[] {
  const effects = poolLosses(provisioner).filter(({ loss }) => loss.includes("has no effect"));
  // Both timers set is decided, and told as a loss of its own.
  const errors = provisionerErrors(provisioner).filter(({ paths }) => paths[0] !== "spec.ttlSecondsAfterEmpty");
  return [
    ...errors.map(({ paths, message }) =>
      lossOf(
        pathOf(paths[0] ?? ""),
        `not converted: ${message.replaceAll("\n", ", ")}`,
        "correct it and convert again",
      ),
    ),
    ...effects,
  ];
}

const pathOf = (field: string): readonly (string | number)[] =>
  field
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function convertTemplate(template: AWSNodeTemplate, { plan, settings }: Context): Conversion {
  const { spec = {} } = template;
  const variants = plan.variantsOf(nameOf(template));
  const options = variants.map((variant) => ({ ...variant, settings, at: ["spec"] }));
  const [first] = options;
  const losses = first === undefined ? [] : classLosses(spec, first);
  if (spec.launchTemplate !== undefined) return dropped(template, losses);
  const objects = options.map((each) => convertClass(template, spec, each));
  return { source: template, kept: false, objects, losses, notes: variantNotes(variants) };
}

const variantNotes = (variants: readonly { readonly name: string }[]): readonly string[] =>
  variants.length < 2
    ? []
    : [
        `kubelet settings belong to the class in v1, so there are ${variants.length}: ${variants.map(({ name }) => name).join(", ")}`,
      ];

function convertSettings(map: ConfigMap): Conversion {
  const notes = settingsOptions(map).map((line) => `option of the controller: ${line}`);
  return dropped(map, settingsLosses(map), notes);
}

function renameInside(object: KubeObject): Conversion {
  const renamed = renameTexts(object);
  if (!renamed.changed) return keptObject(object);
  const objects = [{ object: renamed.value as KubeObject, moves: [{ from: [], to: [] }, ...renamed.moves] }];
  return { source: object, kept: false, objects, losses: renamed.losses, notes: [] };
}
