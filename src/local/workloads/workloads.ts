import { podType } from "../../api/index.ts";
import { openCaches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { createCronJobController } from "./cron-job-controller.ts";
import { createDaemonSetController } from "./daemon-set-controller.ts";
import { createDeploymentController } from "./deployment-controller.ts";
import { createDisruptionBudgetController } from "./disruption-budget-controller.ts";
import { createJobController, createJobOrphanController } from "./job-controller.ts";
import { createNodeLifecycleController } from "./node-lifecycle-controller.ts";
import { createPodCollectionController } from "./pod-collection-controller.ts";
import { createReplicaSetController } from "./replica-set-controller.ts";
import { createRootCertificateController } from "./root-certificate-controller.ts";
import { createServiceAccountController } from "./service-account-controller.ts";
import { createStatefulSetController } from "./stateful-set-controller.ts";
import { createTaintEvictionController } from "./taint-eviction-controller.ts";

export interface WorkloadOptions {
  /** A node whose lease is older than this is Unknown, 40 s by default. */
  readonly monitorGraceMilliseconds?: number;
  /** How long a pod may name a node that does not exist, 2 s by default. */
  readonly quarantineMilliseconds?: number;
  /** PEM of the authority of the API server's certificate, published in every namespace; nothing is when absent. */
  readonly certificateAuthority?: Promise<string>;
}

/** Prepares the stand-in for kube-controller-manager (product 4.1), volumes excepted. */
export function prepareWorkloads(context: StandInContext, options: WorkloadOptions = {}): readonly StandIn[] {
  const caches = openCaches(context.informers);
  const pods = caches.pods();
  const ownedPods = new OwnedObjects({ kube: context.kube, clock: context.clock, type: podType, informer: pods });
  const owning = { caches, ownedPods };
  const { monitorGraceMilliseconds = 40_000, quarantineMilliseconds = 2_000, certificateAuthority } = options;
  return [
    createDeploymentController(context, owning),
    createReplicaSetController(context, owning),
    createStatefulSetController(context, owning),
    createDaemonSetController(context, owning),
    createJobController(context, owning),
    createJobOrphanController(context, { caches }),
    createCronJobController(context, { caches }),
    createDisruptionBudgetController(context, { caches }),
    createNodeLifecycleController(context, { caches, monitorGraceMilliseconds }),
    createTaintEvictionController(context, { caches }),
    createPodCollectionController(context, { caches, quarantineMilliseconds }),
    createServiceAccountController(context, { caches }),
    ...(certificateAuthority === undefined
      ? []
      : [createRootCertificateController(context, { caches, authority: certificateAuthority })]),
  ];
}
