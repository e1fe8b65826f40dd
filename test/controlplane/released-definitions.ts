/** Definitions as a release of Karpenter 1.14 has them, where that differs from ours (spec: api 0.1). */
import { type CustomResourceDefinition, customResourceDefinitions } from "../../src/api/index.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}

const texts = { type: "object", additionalProperties: { type: "string" } };
const count = { type: "integer", format: "int32", minimum: 0 };

/** A closed struct of twelve fields; ours takes any and lets the controller judge. */
const kubelet: Schema = {
  type: "object",
  properties: {
    clusterDNS: { type: "array", items: { type: "string" } },
    maxPods: count,
    podsPerCore: count,
    systemReserved: texts,
    kubeReserved: texts,
    evictionHard: texts,
    evictionSoft: texts,
    evictionSoftGracePeriod: texts,
    evictionMaxPodGracePeriod: count,
    imageGCHighThresholdPercent: { ...count, maximum: 100 },
    imageGCLowThresholdPercent: { ...count, maximum: 100 },
    cpuCFSQuota: { type: "boolean" },
  },
};

/** Required wherever a disruption stanza is written by hand, since only the whole stanza has a default. */
function withoutDefaultOfItsOwn(disruption: Schema): Schema {
  const { consolidateAfter, ...rest } = disruption.properties ?? {};
  const { default: _, ...field } = consolidateAfter ?? {};
  return { ...disruption, required: ["consolidateAfter"], properties: { ...rest, consolidateAfter: field } };
}

const changes: Readonly<Record<string, (spec: Schema) => Schema>> = {
  NodePool: (spec) => ({
    ...spec,
    properties: { ...spec.properties, disruption: withoutDefaultOfItsOwn(spec.properties?.["disruption"] ?? {}) },
  }),
  EC2NodeClass: (spec) => ({ ...spec, properties: { ...spec.properties, kubelet } }),
};

function released(definition: CustomResourceDefinition): CustomResourceDefinition {
  const change = changes[definition.spec.names.kind];
  const metadata = {
    ...definition.metadata,
    annotations: { ...definition.metadata.annotations, "controller-gen.kubebuilder.io/version": "v0.19.0" },
  };
  if (change === undefined) return { ...definition, metadata };
  const versions = definition.spec.versions.map((version) => {
    const schema = (version.schema?.openAPIV3Schema ?? {}) as Schema;
    const spec = change(schema.properties?.["spec"] ?? {});
    return { ...version, schema: { openAPIV3Schema: { ...schema, properties: { ...schema.properties, spec } } } };
  });
  return { ...definition, metadata, spec: { ...definition.spec, versions } };
}

/** Those of the v1 era: with the definitions of v1alpha5, which no release has any more, left as ours are. */
export const releasedDefinitions: readonly CustomResourceDefinition[] = customResourceDefinitions.map(released);
