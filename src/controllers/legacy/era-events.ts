import {
  awsNodeTemplateType,
  type Event,
  type KubeObject,
  machineType,
  provisionerType,
  type ResourceType,
} from "../../api/index.ts";
import { apiVersionOf } from "../../api/index.ts";

const kinds: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>(
  [provisionerType, awsNodeTemplateType, machineType].map((type) => [type.kind, type]),
);

/** An event about a view names the object that the user wrote (spec: v1alpha5 5.6 step 13). */
export function eraEvent(event: Event): Event {
  const { involvedObject, metadata } = event;
  const { name = "" } = involvedObject;
  const message = event.message === undefined ? {} : { message: eraWords(event.message) };
  const type = kinds.get(name.slice(0, Math.max(0, name.indexOf("/"))));
  if (type === undefined) return { ...event, ...message };
  return {
    ...event,
    ...message,
    metadata: { ...metadata, name: plainName(metadata.name ?? "") },
    involvedObject: { ...involvedObject, apiVersion: apiVersionOf(type), kind: type.kind, name: plainName(name) },
  };
}

export const plainName = (name: string): string => name.slice(name.indexOf("/") + 1);

const eraWords = (text: string): string =>
  text
    .replaceAll("nodeclaim/Machine/", "machine/")
    .replaceAll(/\b(Provisioner|AWSNodeTemplate|Machine)\/(?=[a-z0-9])/g, "$1 ");

export const isEvent = (object: KubeObject): object is Event => object.kind === "Event";
