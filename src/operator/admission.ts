import { eraWebhooks, type KubeObject } from "../api/index.ts";
import { keepWebhookCertificate } from "../controllers/index.ts";
import type { KubeClient } from "../kube/index.ts";
import type { Clock, Logger } from "../platform/index.ts";
import {
  createEraAdmission,
  makeAuthority,
  makeServingCertificate,
  startWebhookServer,
  validUntil,
  type WebhookServer,
} from "../server/index.ts";
import { admissionWarnings } from "./admission-warnings.ts";
import type { OperatorOptions } from "./options.ts";
import type { ReadinessCheck } from "./probes.ts";

export interface Admission {
  /** Not ready before reviews are answered: the API server would call in vain. */
  readonly readiness: readonly ReadinessCheck[];
  /** Serves until aborted. What stands in the way, such as a port that is in use, is told each minute. */
  run(signal: AbortSignal): Promise<void>;
}

const none: Admission = Object.freeze({ readiness: [], run: () => Promise.resolve() });

/** Nothing where none is asked for, nor in a mode that writes nothing: it has no certificate to keep. */
export function admissionOf(setup: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: OperatorOptions;
  readonly namespace?: string;
  readonly host?: string;
}): Admission {
  const { options, host, namespace = "kube-system" } = setup;
  if (options.disableWebhook || host === undefined || options.mode !== "apply") return none;
  return createAdmission({ ...setup, host, namespace, warningsFor: admissionWarnings });
}

/** The webhooks of the v1alpha5 era, by every replica: the API server calls whichever it likes (spec: v1alpha5 4.12). */
function createAdmission(setup: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: OperatorOptions;
  readonly namespace: string;
  readonly host: string;
  readonly warningsFor: (object: KubeObject) => readonly string[];
}): Admission {
  const { options, namespace, host, log, warningsFor } = setup;
  const service = options.karpenterService === "" ? "karpenter" : options.karpenterService;
  const inside = `${service}.${namespace}.svc`;
  const hooks = createEraAdmission({ ...options, warningsFor });
  let server: WebhookServer | undefined;
  const use = async (certificate: { readonly certificate: string; readonly key: string }): Promise<void> => {
    if (server !== undefined) return server.useCertificate(certificate);
    const started = await startWebhookServer({ host, port: options.webhookPort, hooks, certificate, log });
    if (!started.ok) {
      const { kind } = started.failure;
      throw new Error(
        `cannot serve admission on ${host}:${options.webhookPort}: ${kind}; choose another with --webhook-port`,
      );
    }
    server = started.value;
    log.info("serving admission of v1alpha5", { url: server.url, webhooks: eraWebhooks.map(({ name }) => name) });
  };
  return {
    readiness: [
      {
        name: "admission",
        check: async () => (server === undefined ? "the admission endpoint does not serve yet" : undefined),
      },
    ],
    run: async (signal) => {
      try {
        await keepWebhookCertificate(
          {
            ...setup,
            secret: { namespace, name: `${service}-cert` },
            hosts: [inside, `${service}.${namespace}`, service, `${inside}.cluster.local`],
            makeAuthority,
            makeServing: makeServingCertificate,
            validUntil,
            use,
          },
          signal,
        );
      } finally {
        await server?.close();
      }
    },
  };
}
