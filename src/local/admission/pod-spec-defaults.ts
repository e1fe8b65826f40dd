/** Defaults of a PodSpec wherever it stands: in Pods and in templates (pkg/apis/core/v1/defaults.go). */
import { isRecord, type JsonObject } from "../store/api-object.ts";
import { chain, withDefaults, withItems, withMember } from "./defaulting.ts";

const fileMode = 0o644;

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

export function withPodSpecDefaults(spec: JsonObject): JsonObject {
  return chain(
    withDefaults(spec, {
      dnsPolicy: "ClusterFirst",
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    }),
    (next) => withItems(next, "volumes", withVolumeDefaults),
    (next) => withItems(next, "initContainers", (container) => withContainerDefaults(container, next)),
    (next) => withItems(next, "containers", (container) => withContainerDefaults(container, next)),
  );
}

function pullPolicy(image: unknown): string {
  const text = typeof image === "string" ? image : "";
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(text)?.[1];
  if (tag === undefined) return text.includes("@") ? "IfNotPresent" : "Always";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function withContainerDefaults(container: JsonObject, spec: JsonObject): JsonObject {
  return chain(
    withDefaults(container, {
      imagePullPolicy: pullPolicy(container["image"]),
      resources: {},
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
    }),
    (next) => withItems(next, "ports", (port) => withPortDefaults(port, spec["hostNetwork"] === true)),
    (next) => withItems(next, "env", withVariableDefaults),
    (next) => withMember(next, "livenessProbe", withProbeDefaults),
    (next) => withMember(next, "readinessProbe", withProbeDefaults),
    (next) => withMember(next, "startupProbe", withProbeDefaults),
    (next) => withMember(next, "lifecycle", withLifecycleDefaults),
  );
}

function withPortDefaults(port: JsonObject, hostNetwork: boolean): JsonObject {
  return withDefaults(port, { protocol: "TCP", hostPort: hostNetwork ? port["containerPort"] : undefined });
}

function withVariableDefaults(variable: JsonObject): JsonObject {
  return withMember(variable, "valueFrom", (from) =>
    chain(
      from,
      (next) => withMember(next, "fieldRef", (ref) => withDefaults(ref, { apiVersion: "v1" })),
      (next) => withMember(next, "resourceFieldRef", (ref) => withDefaults(ref, { divisor: "0" })),
    ),
  );
}

const withHttpDefaults = (action: JsonObject): JsonObject => withDefaults(action, { path: "/", scheme: "HTTP" });

function withProbeDefaults(probe: JsonObject): JsonObject {
  return chain(
    withDefaults(probe, probeDefaults),
    (next) => withMember(next, "httpGet", withHttpDefaults),
    (next) => withMember(next, "grpc", (grpc) => withDefaults(grpc, { service: "" })),
  );
}

function withLifecycleDefaults(lifecycle: JsonObject): JsonObject {
  const withAction = (name: string) => (next: JsonObject) =>
    withMember(next, name, (handler) => withMember(handler, "httpGet", withHttpDefaults));
  return chain(lifecycle, withAction("postStart"), withAction("preStop"));
}

function withVolumeDefaults(volume: JsonObject): JsonObject {
  if (Object.keys(volume).every((name) => name === "name")) return { ...volume, emptyDir: {} };
  const mode = (source: JsonObject): JsonObject => withDefaults(source, { defaultMode: fileMode });
  return chain(
    volume,
    (next) => withMember(next, "secret", mode),
    (next) => withMember(next, "configMap", mode),
    (next) => withMember(next, "downwardAPI", (source) => withItems(mode(source), "items", withVariableFieldRef)),
    (next) => withMember(next, "projected", (source) => withItems(mode(source), "sources", withProjectionDefaults)),
    (next) => withMember(next, "hostPath", (source) => withDefaults(source, { type: "" })),
    (next) => withMember(next, "ephemeral", withEphemeralDefaults),
  );
}

const withVariableFieldRef = (item: JsonObject): JsonObject =>
  withMember(item, "fieldRef", (ref) => withDefaults(ref, { apiVersion: "v1" }));

function withProjectionDefaults(source: JsonObject): JsonObject {
  return chain(
    source,
    (next) => withMember(next, "serviceAccountToken", (token) => withDefaults(token, { expirationSeconds: 3600 })),
    (next) => withMember(next, "downwardAPI", (api) => withItems(api, "items", withVariableFieldRef)),
  );
}

function withEphemeralDefaults(source: JsonObject): JsonObject {
  return withMember(source, "volumeClaimTemplate", (template) =>
    withMember(template, "spec", (spec) => withDefaults(spec, { volumeMode: "Filesystem" })),
  );
}

/** The pod template of a workload, with its PodSpec defaulted. */
export function withTemplateDefaults(owner: JsonObject): JsonObject {
  return withMember(owner, "template", (template) =>
    isRecord(template["spec"]) ? withMember(template, "spec", withPodSpecDefaults) : template,
  );
}
