/** Builders of workload objects for tests. */
import type { DaemonSet, Job, KubeObject, PodSpec, StatefulSet } from "../../api/index.ts";

const meta = (name: string): KubeObject["metadata"] => ({ name, namespace: "default" });

const specOf = (image: string, spec: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: "app", image, resources: { requests: { cpu: "100m", memory: "64Mi" } } }],
  ...spec,
});

export function statefulSet(name: string, spec: Partial<StatefulSet["spec"]> = {}, image = "db:1"): StatefulSet {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: specOf(image) };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: meta(name),
    spec: { replicas: 3, serviceName: name, selector: { matchLabels: labels }, template, ...spec },
  };
}

export function daemonSet(name: string, podSpec: Partial<PodSpec> = {}, image = "agent:1"): DaemonSet {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: specOf(image, podSpec) };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: meta(name),
    spec: { selector: { matchLabels: labels }, template },
  };
}

export function job(
  name: string,
  spec: Partial<Job["spec"]> & { readonly annotations?: Readonly<Record<string, string>> } = {},
): Job {
  const { annotations, ...rest } = spec;
  const template = {
    metadata: annotations === undefined ? {} : { annotations },
    spec: specOf("task:1", { restartPolicy: "Never" }),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: meta(name),
    spec: { completions: 1, parallelism: 1, template, ...rest },
  };
}
