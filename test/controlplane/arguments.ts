/** What each part of the control plane is told: everything on loopback, nothing shared with another run. */
import { join } from "node:path";

export interface Places {
  /** Folder of this control plane alone. */
  readonly folder: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  /** Whether etcd waits for the disk, as a real one does. The data does not outlive a test: waiting would only cost time. */
  readonly durable: boolean;
}

export const controlPlaneParts = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
/** In order of start. */
export type ControlPlanePart = (typeof controlPlaneParts)[number];

/** Their defaults (20/30 and 50/100) would cap how fast pods are made and bound, and so hide what is being measured. */
const clientLimits = ["--kube-api-qps=500", "--kube-api-burst=1000"];

export const pkiFile = ({ folder }: Pick<Places, "folder">, name: string): string => join(folder, "pki", name);

export const kubeconfigFile = ({ folder }: Pick<Places, "folder">, user: string): string =>
  join(folder, `${user}.kubeconfig`);

function etcd({ folder, etcdPort, etcdPeerPort, durable }: Places): readonly string[] {
  const clients = `http://127.0.0.1:${etcdPort}`;
  const peers = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    "--name=local",
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=local=${peers}`,
    "--log-level=warn",
    // Thousands of pods and nodes with each of their states.
    "--quota-backend-bytes=4294967296",
    "--auto-compaction-retention=5m",
    ...(durable ? [] : ["--unsafe-no-fsync"]),
  ];
}

function apiServer(places: Places): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${places.etcdPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${places.apiPort}`,
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${pkiFile(places, "apiserver.crt")}`,
    `--tls-private-key-file=${pkiFile(places, "apiserver.key")}`,
    `--client-ca-file=${pkiFile(places, "ca.crt")}`,
    `--service-account-key-file=${pkiFile(places, "sa.pub")}`,
    `--service-account-signing-key-file=${pkiFile(places, "sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--allow-privileged=true",
    "--profiling=false",
  ];
}

function controllerManager(places: Places): readonly string[] {
  return [
    "--kubeconfig",
    kubeconfigFile(places, "kube-controller-manager"),
    "--leader-elect=false",
    "--secure-port=0",
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${pkiFile(places, "sa.key")}`,
    `--root-ca-file=${pkiFile(places, "ca.crt")}`,
    // Addresses of pods are the cloud's business, as on EKS.
    "--controllers=*,-node-ipam-controller",
    ...clientLimits,
  ];
}

function scheduler(places: Places): readonly string[] {
  const kubeconfig = kubeconfigFile(places, "kube-scheduler");
  return ["--kubeconfig", kubeconfig, "--leader-elect=false", "--secure-port=0", ...clientLimits];
}

const argumentsByPart: Readonly<Record<ControlPlanePart, (places: Places) => readonly string[]>> = {
  etcd,
  "kube-apiserver": apiServer,
  "kube-controller-manager": controllerManager,
  "kube-scheduler": scheduler,
};

export const argumentsOf = (part: ControlPlanePart, places: Places): readonly string[] => argumentsByPart[part](places);
