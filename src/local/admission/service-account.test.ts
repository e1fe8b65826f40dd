import { describe, expect, test } from "vitest";
import { podType } from "../../api/index.ts";
import type { Pod, PodSpec } from "../../api/index.ts";
import { apiServerFixture, pod } from "../apiserver/server-fixture.ts";

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

type Admitted = Omit<Pod, "spec"> & {
  readonly spec: PodSpec & {
    readonly serviceAccountName?: string;
  };
};

type Mounting = { readonly volumeMounts?: readonly { readonly mountPath?: string }[] };

const mountsOf = ({ spec }: Admitted): readonly unknown[] =>
  (spec.containers as readonly Mounting[]).map(({ volumeMounts = [] }) =>
    volumeMounts.map(({ mountPath }) => mountPath),
  );

const created = async (change: object): Promise<Admitted> =>
  (await apiServerFixture().client.create(podType, pod("a", change as Partial<PodSpec>))) as Admitted;

describe("the service account of a pod", () => {
  test("is the default one, with its token mounted in every container", async () => {
    const admitted = await created({ containers: ["x", "y"].map((name) => ({ name, image: "app:1" })) });
    const { spec } = admitted;
    expect(spec.serviceAccountName).toBe("default");
    expect(spec.volumes?.map(({ name }) => name)).toEqual([expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/)]);
    expect(mountsOf(admitted)).toEqual([[tokenPath], [tokenPath]]);
  });

  test("does not get in the way of the refusal of a pod without containers", async () => {
    await expect(created({ containers: undefined })).rejects.toMatchObject({
      reason: "Invalid",
      message: expect.stringContaining("spec.containers: Required value"),
    });
  });

  test("is the one that is named, and is not mounted where the pod forbids it", async () => {
    const { spec } = await created({ serviceAccountName: "robot", automountServiceAccountToken: false });
    expect(spec.serviceAccountName).toBe("robot");
    expect(spec.volumes).toBeUndefined();
  });

  test("leaves alone a container that mounts a token of its own", async () => {
    const own = { name: "own", mountPath: tokenPath };
    const container = { name: "x", image: "app:1", volumeMounts: [own] };
    const { spec } = await created({ containers: [container], volumes: [{ name: "own", emptyDir: {} }] });
    expect(spec.containers[0]).toEqual(expect.objectContaining({ volumeMounts: [own] }));
    expect(spec.volumes?.map(({ name }) => name)).toEqual(["own"]);
  });
});
