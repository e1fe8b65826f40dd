/** Options of the v1alpha5 era (spec: v1alpha5 1.3, 1.4, 3.1, 4.7.6, 4.13). */
import { option } from "./option-definition.ts";
import { booleanValue, integerValue, oneOf } from "./option-values.ts";

export const eraOptionSchema = Object.freeze({
  disableWebhook: option("disable-webhook", booleanValue, true, "serve no admission endpoint for v1alpha5"),
  webhookPort: option(
    "webhook-port",
    integerValue({ min: 0, max: 65_535 }),
    8443,
    "port of the admission endpoint, 0 for a free one",
  ),
  instanceDefaults: option(
    "instance-defaults",
    oneOf("baseline", "all", "v0.14"),
    "baseline",
    "requirements that Provisioners get: baseline (v0.19 to v0.31), all (any type) or v0.14",
  ),
  providerValidation: option(
    "provider-validation",
    oneOf("lenient", "strict"),
    "lenient",
    "lenient (the template called default serves) or strict: Provisioners without provider and providerRef",
  ),
  logCompat: option(
    "log-compat",
    oneOf("auto", "founding", "none"),
    "auto",
    "founding (old log lines beside today's), none, or auto: while there is a Provisioner",
  ),
  legacyDoNotEvictBlocksDrain: option(
    "legacy-do-not-evict-blocks-drain",
    booleanValue,
    false,
    "pods with karpenter.sh/do-not-evict hold up every drain of their node, as before v0.26",
  ),
});
