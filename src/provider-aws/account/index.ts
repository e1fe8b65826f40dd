export type { AccountClients } from "./account-clients.ts";
export type { AccountQuestions, AccountReport } from "./account-report.ts";
export { readAccount } from "./read-account.ts";
