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

/** What an installation on AWS needs. */
const installed: readonly KindDefinition[] = [
  nodePoolDefinition,
  nodeClaimDefinition,
  nodeOverlayDefinition,
  capacityBufferDefinition,
  ec2NodeClassDefinition,
];

/** For simulation and tests. */
const simulators: readonly KindDefinition[] = [kwokNodeClassDefinition, draConfigDefinition, testNodeClassDefinition];

export const kindDefinitions: readonly KindDefinition[] = Object.freeze([...installed, ...simulators]);

/** CRDs of an installation on AWS: NodePool, NodeClaim, NodeOverlay, CapacityBuffer, EC2NodeClass. */
export const installedCustomResourceDefinitions: readonly CustomResourceDefinition[] = Object.freeze(
  installed.map(toCustomResourceDefinition),
);

/** The CRDs of every kind, those of an installation first. */
export const customResourceDefinitions: readonly CustomResourceDefinition[] = Object.freeze([
  ...installedCustomResourceDefinitions,
  ...simulators.map(toCustomResourceDefinition),
]);

const schemas: ReadonlyMap<string, SchemaNode> = new Map(
  kindDefinitions.map((definition) => [definitionKey(definition), objectSchema(definition)]),
);

/** Schema of a whole object by its apiVersion and kind; undefined for kinds of others. */
export function schemaOf(object: { readonly apiVersion: string; readonly kind: string }): SchemaNode | undefined {
  return schemas.get(kindKey(object));
}
