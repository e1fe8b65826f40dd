/** Resource names (spec: api 5.7). */
export const resourceNames = Object.freeze({
  cpu: "cpu",
  memory: "memory",
  ephemeralStorage: "ephemeral-storage",
  pods: "pods",
  /** Pseudo-resource of `spec.limits` and NodePool status; never requested by a pod. */
  nodes: "nodes",
});

export const awsResourceNames = Object.freeze({
  nvidiaGpu: "nvidia.com/gpu",
  amdGpu: "amd.com/gpu",
  neuron: "aws.amazon.com/neuron",
  neuronCore: "aws.amazon.com/neuroncore",
  habanaGaudi: "habana.ai/gaudi",
  efa: "vpc.amazonaws.com/efa",
  podEni: "vpc.amazonaws.com/pod-eni",
  privateIpv4: "vpc.amazonaws.com/PrivateIPv4Address",
  /** Request only: turns Nitro Enclaves on at launch. */
  nitroSandbox: "eks.amazonaws.com/nitro-sandbox",
});

/** What every machine offers; a NodeOverlay may not change these (api 3.1). */
export const coreResources: ReadonlySet<string> = new Set([
  resourceNames.cpu,
  resourceNames.memory,
  resourceNames.ephemeralStorage,
  resourceNames.pods,
]);

/** Further resources that a NodeOverlay may not set on AWS, checked at runtime only. GPUs stay allowed. */
export const awsOverlayRestrictedResources: ReadonlySet<string> = new Set([
  awsResourceNames.podEni,
  awsResourceNames.neuron,
  awsResourceNames.neuronCore,
  awsResourceNames.habanaGaudi,
  awsResourceNames.efa,
]);
