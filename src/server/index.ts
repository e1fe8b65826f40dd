export * from "./contract/index.ts";
export * from "./http-server.ts";
export * from "./status-page.ts";
export * from "./listen-failure.ts";
export { createEraAdmission, type EraAdmissionOptions } from "./admission/era-admission.ts";
export { makeAuthority, makeServingCertificate, validUntil } from "./admission/serving-certificate.ts";
export { startWebhookServer, type WebhookServer } from "./admission/webhook-server.ts";
