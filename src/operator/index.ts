export { type AccountLook, lookAtAccount } from "./account-look.ts";
export { awsProvider, awsProviderOptions } from "./aws.ts";
export { type AwsAccountSetup, connectAwsAccount } from "./aws-account.ts";
export type { DecisionLog } from "./decision-log.ts";
export { kwokProvider } from "./kwok.ts";
export type { OperatorMode } from "./modes.ts";
export { createOperator, type Operator, type OperatorSetup } from "./operator.ts";
export {
  defaultOptions,
  type OperatorOptions,
  optionSchema,
  type OptionsRefusal,
  type ParsedOptions,
  parseOptions,
} from "./options.ts";
export { plainProvider, type ProviderContext, type ProviderFactory, type ProviderWiring } from "./provider-wiring.ts";
export { withSettingsMap } from "./settings-at-start.ts";
export { createDashboard } from "./dashboard.ts";
