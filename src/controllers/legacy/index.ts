export { createEra, type Era, type EraDeps } from "./era.ts";
export { createPlanLines, type PlanListener } from "./plan-lines.ts";
export { defaultEraSettings, type EraSettings } from "./era-settings.ts";
export { withFoundingForms } from "./compat-log.ts";
export { withEraMetrics } from "./era-metrics.ts";
export { createMachineEmptiness } from "./machine-emptiness.ts";
export { tellBetaPools } from "./beta-notice.ts";
export { keepWebhookCertificate } from "./webhook-certificate.ts";
