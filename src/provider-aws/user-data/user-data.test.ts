import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { NodeClaim } from "../../api/index.ts";
import { type BootstrapInput, kubeletFor, nodeLabels, nodeTaints } from "./input.ts";
import { parseMime } from "./mime.ts";
import { renderUserData } from "./render.ts";

const input = (parts: Partial<BootstrapInput> = {}): BootstrapInput => ({
  family: "AL2023",
  cluster: {
    name: "test",
    endpoint: "https://cluster.example",
    caBundle: "Y2E=",
    cidr: "10.100.0.0/16",
    dns: "10.100.0.10",
  },
  labels: { "karpenter.sh/nodepool": "general", team: "a" },
  taints: [
    { key: "dedicated", value: "gpu", effect: "NoSchedule" },
    { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  ],
  kubelet: { maxPods: 29, clusterDNS: ["10.100.0.10"] },
  raid0: false,
  ...parts,
});

function rendered(parts: Partial<BootstrapInput>): string {
  const data = renderUserData(input(parts));
  if (!data.ok) throw new Error(data.failure.message);
  return Buffer.from(data.value ?? "", "base64").toString("utf8");
}

const partsOf = (text: string) => parseMime(text) ?? [];
const configOf = (text: string) => parseYaml(partsOf(text).at(-1)?.body ?? "");

describe("AL2", () => {
  test("[aws 9.5.94] a script comes before the bootstrap call", () => {
    const parts = partsOf(rendered({ family: "AL2", customUserData: "#!/bin/bash\necho hello" }));
    expect(parts.map(({ body }) => body.split("\n")[1])).toEqual([
      "echo hello",
      expect.stringContaining("/var/log/user-data.log"),
    ]);
    expect(parts.at(-1)?.body).toContain("/etc/eks/bootstrap.sh 'test' --apiserver-endpoint 'https://cluster.example'");
  });

  test("[aws 9.5.94] a MIME document keeps its parts, also when it begins with its content type", () => {
    const mime =
      'Content-Type: multipart/mixed; boundary="XX"\n\n--XX\nContent-Type: text/cloud-config\n\nrepo: x\n--XX--\n';
    for (const customUserData of [mime, `MIME-Version: 1.0\n${mime}`]) {
      const parts = partsOf(rendered({ family: "AL2", customUserData }));
      expect(parts[0]).toEqual({ contentType: "text/cloud-config", body: "repo: x" });
      expect(parts).toHaveLength(2);
    }
  });

  test("kubelet flags come sorted and in their order, durations in Go's spelling", () => {
    const kubelet = {
      maxPods: 10,
      kubeReserved: { memory: "1Gi", cpu: "100m" },
      evictionSoft: { "memory.available": "5%" },
      evictionSoftGracePeriod: { "memory.available": "90s" },
    };
    const script = rendered({ family: "AL2", kubelet });
    expect(script).toContain(
      [
        '--node-labels="karpenter.sh/nodepool=general,team=a"',
        '--register-with-taints="dedicated=gpu:NoSchedule,karpenter.sh/unregistered:NoExecute"',
        "--max-pods=10",
        '--kube-reserved="cpu=100m,memory=1Gi"',
        '--eviction-soft="memory.available<5%"',
        '--eviction-soft-grace-period="memory.available=1m30s"',
      ].join(" "),
    );
  });

  test("[aws 9.5.103] a cluster whose DNS is IPv6 bootstraps as IPv6", () => {
    expect(rendered({ family: "AL2", kubelet: { clusterDNS: ["fd00::a"] } })).toContain("--ip-family ipv6");
    expect(rendered({ family: "AL2" })).not.toContain("--ip-family");
  });
});

describe("AL2023", () => {
  test("the document of the controller comes last and says all", () => {
    expect(configOf(rendered({ raid0: true }))).toEqual({
      apiVersion: "node.eks.aws/v1alpha1",
      kind: "NodeConfig",
      metadata: {},
      spec: {
        cluster: {
          name: "test",
          apiServerEndpoint: "https://cluster.example",
          certificateAuthority: "Y2E=",
          cidr: "10.100.0.0/16",
        },
        containerd: {},
        instance: { localStorage: { strategy: "RAID0" } },
        kubelet: {
          config: {
            maxPods: 29,
            clusterDNS: ["10.100.0.10"],
            registerWithTaints: [
              { key: "dedicated", value: "gpu", effect: "NoSchedule" },
              { key: "karpenter.sh/unregistered", effect: "NoExecute" },
            ],
          },
          flags: ['--node-labels="karpenter.sh/nodepool=general,team=a"'],
        },
      },
    });
  });

  test("[aws 9.5.95] YAML becomes a NodeConfig part, a script a shell part, and MIME is split", () => {
    const typesOf = (customUserData: string) =>
      partsOf(rendered({ customUserData })).map(({ contentType }) => contentType);
    const nodeConfig = "application/node.eks.aws";
    expect(typesOf("kind: NodeConfig")).toEqual([nodeConfig, nodeConfig]);
    expect(typesOf("#!/bin/bash\necho hello")).toEqual(['text/x-shellscript; charset="us-ascii"', nodeConfig]);
    expect(
      typesOf('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="A"\n\n--A\nContent-Type: x/y\n\nz\n--A--'),
    ).toEqual(["x/y", nodeConfig]);
  });

  test("MIME without a boundary is refused with what was expected", () => {
    const data = renderUserData(input({ customUserData: "MIME-Version: 1.0\n\nnothing" }));
    expect(data.ok ? "" : data.failure.message).toContain("expected multipart/mixed with a boundary");
  });
});

describe("Bottlerocket", () => {
  test("[aws 9.5.97] our settings win, other tables survive", () => {
    const customUserData =
      '[settings.host-containers.admin]\nenabled = true\n[settings.kubernetes]\nmax-pods = 5\nlog-level = 3\n[settings.kubernetes.node-labels]\nmine = "1"\n';
    const document = parseToml(rendered({ family: "Bottlerocket", customUserData }));
    expect(document).toMatchObject({
      settings: {
        "host-containers": { admin: { enabled: true } },
        kubernetes: {
          "max-pods": 29,
          "log-level": 3,
          "cluster-name": "test",
          "node-labels": { mine: "1", team: "a" },
          "node-taints": { dedicated: ["gpu:NoSchedule"], "karpenter.sh/unregistered": [":NoExecute"] },
        },
      },
    });
  });

  test("[aws 9.5.97] TOML that does not parse is refused with its place", () => {
    const data = renderUserData(input({ family: "Bottlerocket", customUserData: "[settings\n" }));
    expect(data.ok ? "" : data.failure.message).toMatch(/^spec\.userData is not valid TOML: line 1, column \d+/);
  });

  test.each([
    ["v1.45.0", true],
    ["v1.46.0", false],
    ["latest", false],
    [undefined, true],
  ])("[aws 9.5.98] RAID0 with image %s binds a list of directories: %s", (imageVersion, listed) => {
    const version = imageVersion === undefined ? {} : { imageVersion };
    const text = rendered({ family: "Bottlerocket", raid0: true, ...version });
    expect(text.includes("/var/lib/containerd")).toBe(listed);
    expect(text).toContain("ephemeral-storage");
  });
});

test("[aws 9.5.99] Windows wraps the custom text and the bootstrap call", () => {
  const text = rendered({ family: "Windows2022", customUserData: "Write-Host hello" });
  expect(text.split("\n").slice(0, 2)).toEqual(["<powershell>", "Write-Host hello"]);
  expect(text).toContain("-EKSClusterName 'test' -APIServerEndpoint 'https://cluster.example'");
  expect(text.endsWith("</powershell>")).toBe(true);
});

test("[aws 9.5.100] Custom takes user data as it is, and its nodes do not say do-not-sync", () => {
  expect(rendered({ family: "Custom", customUserData: "anything" })).toBe("anything");
  expect(nodeLabels({}, { family: "Custom", capacityType: "spot" })).toEqual({ "karpenter.sh/capacity-type": "spot" });
  expect(nodeLabels({}, { family: "AL2023", capacityType: "spot" })).toHaveProperty("karpenter.sh/do-not-sync-taints");
});

test("[aws 9.5.101] labels that a kubelet may not set stay out of its flags", () => {
  const labels = {
    "node-restriction.kubernetes.io/x": "1",
    "sub.k8s.io/y": "1",
    "kubernetes.io/arch": "amd64",
    team: "a",
  };
  expect(Object.keys(nodeLabels(labels, { family: "Custom", capacityType: "spot" }))).toEqual([
    "karpenter.sh/capacity-type",
    "team",
  ]);
});

test("[aws 9.5.102] nodes register with the unregistered taint, once", () => {
  const spec = (taints: NodeClaim["spec"]["taints"] = []): NodeClaim["spec"] => ({
    requirements: [],
    nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
    taints,
  });
  const unregistered = { key: "karpenter.sh/unregistered", effect: "NoExecute" } as const;
  expect(nodeTaints(spec())).toEqual([unregistered]);
  expect(nodeTaints(spec([unregistered]))).toEqual([unregistered]);
});

test("reserved values that are expressions are left out, and pods and DNS are filled in", () => {
  const kubelet = kubeletFor(
    {
      amiSelectorTerms: [],
      subnetSelectorTerms: [],
      securityGroupSelectorTerms: [],
      kubelet: { maxPods: "vcpus * 10", kubeReserved: { cpu: "vcpus * 10", memory: "1Gi" } },
    },
    { maxPods: 58, dns: "10.100.0.10" },
  );
  expect(kubelet).toEqual({ maxPods: 58, clusterDNS: ["10.100.0.10"], kubeReserved: { memory: "1Gi" } });
});
