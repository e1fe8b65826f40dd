/** Every kind that the product owns, with its CRD (spec: api 0.2 and 6). */
import type { CustomResourceDefinition } from "../kubernetes/apps.ts";
import { capacityBufferDefinition } from "./capacity-buffer.ts";
import type { KindDefinition } from "./definition.ts";
import { definitionKey, kindKey, objectSchema, toCustomResourceDefinition } from "./definition.ts";
import { ec2NodeClassDefinition } from "./ec2-node-class.ts";
import { nodeClaimDefinition } from "./node-claim.ts";
import { nodeOverlayDefinition } from "./node-overlay.ts";
import { nodePoolDefinition } from "./node-pool.ts";
import { draConfigDefinition, kwokNodeClassDefinition, testNodeClassDefinition } from "./simulators.ts";
import type { SchemaNode } from "../schema/node.ts";
import { machineDefinition, provisionerDefinition } from "../v1alpha5/definitions.ts";
import { awsNodeTemplateDefinition } from "../v1alpha5/node-template-definition.ts";

/** What an installation on AWS needs. */
const installed: readonly KindDefinition[] = [
  nodePoolDefinition,
  nodeClaimDefinition,
  nodeOverlayDefinition,
  capacityBufferDefinition,
  ec2NodeClassDefinition,
];

/** Kinds of the v1alpha5 era, for clusters that still hold them. */
const era: readonly KindDefinition[] = [provisionerDefinition, machineDefinition, awsNodeTemplateDefinition];

/** For simulation and tests. */
const simulators: readonly KindDefinition[] = [kwokNodeClassDefinition, draConfigDefinition, testNodeClassDefinition];

export const kindDefinitions: readonly KindDefinition[] = Object.freeze([...installed, ...era, ...simulators]);

/** CRDs of an installation on AWS: NodePool, NodeClaim, NodeOverlay, CapacityBuffer, EC2NodeClass. */
export const installedCustomResourceDefinitions: readonly CustomResourceDefinition[] = Object.freeze(
  installed.map(toCustomResourceDefinition),
);

/** CRDs of the v1alpha5 era: Provisioner, Machine, AWSNodeTemplate. */
export const eraCustomResourceDefinitions: readonly CustomResourceDefinition[] = Object.freeze(
  era.map(toCustomResourceDefinition),
);

/** The CRDs of every kind, those of an installation first. */
export const customResourceDefinitions: readonly CustomResourceDefinition[] = Object.freeze([
  ...installedCustomResourceDefinitions,
  ...eraCustomResourceDefinitions,
  ...simulators.map(toCustomResourceDefinition),
]);

const schemas: ReadonlyMap<string, SchemaNode> = new Map(
  kindDefinitions.map((definition) => [definitionKey(definition), objectSchema(definition)]),
);

/** Schema of a whole object by its apiVersion and kind; undefined for kinds of others. */
export function schemaOf(object: { readonly apiVersion: string; readonly kind: string }): SchemaNode | undefined {
  return schemas.get(kindKey(object));
}
