/** Admission ServiceAccount: every pod runs as one, and finds its token in a volume. */
import type { Container, Pod, PodSpec, Volume } from "../../api/index.ts";
import { safeHash } from "../stand-ins/json.ts";
import { mainContainers } from "./main-containers.ts";

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Seconds that a token is asked for: an hour, and a mark by which kube-apiserver knows tokens of its own making. */
const tokenSeconds = 3607;

const sources = Object.freeze([
  { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
  {
    downwardAPI: {
      items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
    },
  },
]);

interface AccountSpec extends PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
}

type Mounting = Omit<Container, "volumeMounts"> & {
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath?: string }[];
};

const hasToken = ({ volumeMounts = [] }: Mounting): boolean =>
  volumeMounts.some(({ mountPath }) => mountPath === tokenPath);

/** The spec with its account, and the account's token mounted where nothing else is mounted in its place. */
export function withServiceAccount(pod: Pod): PodSpec {
  const spec: AccountSpec = pod.spec;
  const { serviceAccountName = "default", automountServiceAccountToken, initContainers = [] } = spec;
  const containers = mainContainers(spec);
  const account = { ...spec, serviceAccountName, serviceAccount: serviceAccountName };
  const isMounted = automountServiceAccountToken !== false && ![...initContainers, ...containers].every(hasToken);
  if (!isMounted) return account;
  // Any name does that no other volume has: of the pod's own name, so that equal runs make equal pods.
  const { name: podName = "", namespace = "" } = pod.metadata;
  const name = `kube-api-access-${safeHash(`${namespace}/${podName}`).slice(0, 5)}`;
  const mount = { name, readOnly: true, mountPath: tokenPath };
  const mounted = (container: Mounting): Mounting =>
    hasToken(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
  const volume: Volume = { name, projected: { defaultMode: 420, sources } };
  return {
    ...account,
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(mounted) }),
    containers: containers.map(mounted),
    volumes: [...(spec.volumes ?? []), volume],
  };
}
