import { describe, expect, test } from "vitest";
import {
  cronJobType,
  daemonSetType,
  deploymentType,
  jobType,
  nodeType,
  persistentVolumeClaimType,
  podDisruptionBudgetType,
  podType,
  priorityClassType,
  resourceType,
  statefulSetType,
  storageClassType,
} from "../../api/index.ts";
import type { KubeObject, Node, ResourceType } from "../../api/index.ts";
import { apiServerFixture, deployment, pod } from "../apiserver/server-fixture.ts";

const inDefault = (name: string) => ({ name, namespace: "default" });
const serviceType = resourceType("v1", "Service", "services", "Namespaced");

/** An object as a manifest may hold it, however wrong. */
function manifest(apiVersion: string, kind: string, rest: Readonly<Record<string, unknown>>): KubeObject {
  return { apiVersion, kind, metadata: inDefault("x"), ...rest };
}

async function refusal(type: ResourceType, object: KubeObject): Promise<string> {
  try {
    await apiServerFixture().client.create(type, object);
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("defaults", () => {
  test("a pod with gates says from the first why nobody schedules it", async () => {
    const gated = pod("gated", { schedulingGates: [{ name: "example.com/gate" }] });
    const { status } = await apiServerFixture().client.create(podType, gated);
    expect(status?.conditions).toEqual([
      expect.objectContaining({ type: "PodScheduled", status: "False", reason: "SchedulingGated" }),
    ]);
  });

  test("a pod gets what kube-apiserver gives it", async () => {
    const { client } = apiServerFixture();
    const created = await client.create(
      podType,
      pod("a", {
        containers: [
          {
            name: "app",
            image: "app",
            ports: [{ containerPort: 80 }],
            resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
          },
        ],
      }),
    );
    expect(created.spec).toMatchObject({
      dnsPolicy: "ClusterFirst",
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      terminationGracePeriodSeconds: 30,
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
        { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      ],
      containers: [
        {
          imagePullPolicy: "Always",
          ports: [{ containerPort: 80, protocol: "TCP" }],
          resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } },
        },
      ],
    });
    expect(created.status).toEqual({ phase: "Pending", qosClass: "Guaranteed" });
  });

  test("a pod takes its priority from its class, or from the global default", async () => {
    const { client } = apiServerFixture();
    const named = await client.create(podType, pod("a", { priorityClassName: "system-node-critical" }));
    expect(named.spec.priority).toBe(2_000_001_000);
    await client.create(priorityClassType, {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "usual" },
      value: 7,
      globalDefault: true,
    });
    expect((await client.create(podType, pod("b"))).spec).toMatchObject({ priority: 7, priorityClassName: "usual" });
  });

  test("workloads get their counts and strategies", async () => {
    const { client } = apiServerFixture();
    const { replicas: _replicas, ...spec } = deployment("web").spec;
    const web = await client.create(deploymentType, { ...deployment("web"), spec });
    expect(web.spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: { spec: { restartPolicy: "Always" } },
    });
    expect(web.spec.template.spec.tolerations).toBeUndefined();
    const { selector, template } = spec;
    const metadata = inDefault("set");
    const set = await client.create(statefulSetType, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata,
      spec: { selector, template },
    });
    expect(set.spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { rollingUpdate: { partition: 0 } },
    });
    const daemon = await client.create(daemonSetType, {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector, template },
    });
    expect(daemon.spec.updateStrategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
  });

  test("a stateful set may mount what its claim templates bring", async () => {
    const { client } = apiServerFixture();
    const container = { name: "c", image: "i", volumeMounts: [{ name: "data", mountPath: "/data" }] };
    const set = await client.create(statefulSetType, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: inDefault("set"),
      spec: {
        selector: { matchLabels: { app: "set" } },
        template: { metadata: { labels: { app: "set" } }, spec: { containers: [container] } },
        volumeClaimTemplates: [
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        ],
      },
    });
    expect(set.metadata.uid).toBeDefined();
  });

  test("a job tells its pods apart by uid", async () => {
    const { client } = apiServerFixture();
    const template = { spec: { ...pod("x").spec, restartPolicy: "Never" as const } };
    const job = await client.create(jobType, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: inDefault("j"),
      spec: { template },
    });
    const key = "batch.kubernetes.io/controller-uid";
    expect(job.spec).toMatchObject({ backoffLimit: 6, completions: 1, parallelism: 1, suspend: false });
    expect(job.spec.selector?.matchLabels).toEqual({ [key]: job.metadata.uid });
    expect(job.spec.template.metadata?.labels).toMatchObject({ [key]: job.metadata.uid, "job-name": "j" });
  });

  test("a claim takes the newest default storage class", async () => {
    const { client, clock } = apiServerFixture();
    for (const name of ["old", "new"]) {
      const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
      await client.create(storageClassType, {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name, annotations },
        provisioner: "x",
      });
      await clock.advance(1000);
    }
    const claim = await client.create(persistentVolumeClaimType, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: inDefault("c"),
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    expect(claim.spec).toMatchObject({ storageClassName: "new", volumeMode: "Filesystem" });
    expect(claim.status?.phase).toBe("Pending");
  });

  test("services get addresses and node ports", async () => {
    const { client } = apiServerFixture();
    const service = manifest("v1", "Service", { spec: { type: "NodePort", ports: [{ port: 80 }] } });
    const created = await client.create(serviceType, service);
    expect(created).toMatchObject({
      spec: {
        clusterIP: expect.stringMatching(/^10\.96\./),
        ports: [{ port: 80, targetPort: 80, protocol: "TCP", nodePort: 30000 }],
      },
    });
  });

  test("a node registers with its status, a repeated default write changes nothing", async () => {
    const { client } = apiServerFixture();
    const node: Node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n" },
      spec: {},
      status: { capacity: { cpu: 2 } },
    };
    expect((await client.create(nodeType, node)).status?.capacity).toEqual({ cpu: "2" });
    const first = await client.create(deploymentType, deployment("web"));
    const second = await client.update(deploymentType, first);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });
});

const template = { metadata: { labels: { app: "x" } }, spec: pod("x").spec };
const withSpec = (spec: Readonly<Record<string, unknown>>) => manifest("apps/v1", "Deployment", { spec });
const onePod = (spec: Readonly<Record<string, unknown>>) =>
  manifest("v1", "Pod", { spec: { containers: [{ name: "app", image: "i" }], ...spec } });
const container = (rest: Readonly<Record<string, unknown>>) =>
  onePod({ containers: [{ name: "app", image: "i", ...rest }] });

const rows: readonly (readonly [string, ResourceType, KubeObject, string])[] = [
  ["no containers", podType, onePod({ containers: [] }), 'Pod "x" is invalid: spec.containers: Required value'],
  [
    "no image",
    podType,
    onePod({ containers: [{ name: "app" }] }),
    'Pod "x" is invalid: spec.containers[0].image: Required value',
  ],
  [
    "two containers of one name",
    podType,
    onePod({
      containers: [
        { name: "a", image: "i" },
        { name: "a", image: "i" },
      ],
    }),
    'Pod "x" is invalid: spec.containers[1].name: Duplicate value: "a"',
  ],
  [
    "a request above its limit",
    podType,
    container({ resources: { limits: { cpu: "1" }, requests: { cpu: "2" } } }),
    'Pod "x" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    "a negative request",
    podType,
    container({ resources: { requests: { cpu: "-1" } } }),
    'Pod "x" is invalid: spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    "half a device",
    podType,
    container({ resources: { limits: { "nvidia.com/gpu": "0.5" } } }),
    'Pod "x" is invalid: [spec.containers[0].resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer, spec.containers[0].resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer]',
  ],
  [
    "a quantity that is none",
    podType,
    container({ resources: { requests: { cpu: "1e400" } } }),
    "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    "a mount without its volume",
    podType,
    container({ volumeMounts: [{ name: "v", mountPath: "/v" }] }),
    'Pod "x" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "v"',
  ],
  [
    "a port out of range",
    podType,
    container({ ports: [{ containerPort: 70000 }] }),
    'Pod "x" is invalid: spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    "an unknown restart policy",
    podType,
    onePod({ restartPolicy: "Sometimes" }),
    'Pod "x" is invalid: spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    "a missing priority class",
    podType,
    onePod({ priorityClassName: "none" }),
    'pods "x" is forbidden: no PriorityClass with name none was found',
  ],
  [
    "no selector",
    deploymentType,
    withSpec({ template }),
    'Deployment.apps "x" is invalid: spec.selector: Required value',
  ],
  [
    "a selector that misses its template",
    deploymentType,
    withSpec({ selector: { matchLabels: { app: "y" } }, template }),
    'Deployment.apps "x" is invalid: spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ],
  [
    "negative replicas",
    deploymentType,
    withSpec({ replicas: -1, selector: { matchLabels: { app: "x" } }, template }),
    'Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    "replicas of the wrong type",
    deploymentType,
    withSpec({ replicas: "two", selector: {}, template }),
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    "a job that always restarts",
    jobType,
    manifest("batch/v1", "Job", { spec: { template: { spec: pod("x").spec } } }),
    'Job.batch "x" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    "a schedule of four fields",
    cronJobType,
    manifest("batch/v1", "CronJob", {
      spec: {
        schedule: "* * * *",
        jobTemplate: { spec: { template: { spec: { ...pod("x").spec, restartPolicy: "Never" } } } },
      },
    }),
    'CronJob.batch "x" is invalid: spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]',
  ],
  [
    "a budget with both bounds",
    podDisruptionBudgetType,
    manifest("policy/v1", "PodDisruptionBudget", { spec: { minAvailable: 1, maxUnavailable: 1 } }),
    'PodDisruptionBudget.policy "x" is invalid: spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    "a name with capitals",
    serviceType,
    {
      ...manifest("v1", "Service", { spec: { ports: [{ port: 1 }] } }),
      metadata: { name: "Up", namespace: "default" },
    },
    "Service \"Up\" is invalid: metadata.name: Invalid value: \"Up\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ],
];

describe("validation", () => {
  test.each(rows)("%s is refused", async (_name, type, object, message) => {
    expect(await refusal(type, object)).toBe(message);
  });

  test("a pod's spec is fixed but for images, tolerations and its deadline", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a"));
    const change = (spec: unknown) => client.patch(podType, inDefault("a"), { type: "strategic", body: { spec } });
    await change({ containers: [{ name: "app", image: "other" }] });
    await expect(change({ nodeSelector: { a: "b" } })).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining("spec: Forbidden: pod updates may not change fields other than"),
    });
  });

  test("a deployment's selector is immutable", async () => {
    const { client } = apiServerFixture();
    const web = await client.create(deploymentType, deployment("web"));
    const labels = { app: "other" };
    const next = {
      ...web,
      spec: {
        ...web.spec,
        selector: { matchLabels: labels },
        template: { ...web.spec.template, metadata: { labels } },
      },
    };
    await expect(client.update(deploymentType, next)).rejects.toMatchObject({
      message:
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
      status: { details: { causes: [{ reason: "FieldValueInvalid", field: "spec.selector" }] } },
    });
  });
});
