export { type AccountClients, type AccountQuestions, type AccountReport, readAccount } from "./account/index.ts";
export { type AwsProvider, createAwsProvider, type ReconcilerDeps } from "./aws-provider.ts";
export type { BackgroundLoop } from "./background.ts";
export { type ClusterVersion, createClusterVersion, describeEksCluster } from "./cluster-version.ts";
export type { AwsLiveSettings } from "./live-settings.ts";
export { type AwsProviderOptions, defaultAwsProviderOptions } from "./options.ts";
export type { AwsProviderDeps } from "./parts.ts";
export type { AwsCloudProvider } from "./provider.ts";
export { createOverlayPrices, type OverlayPrices } from "./pricing/overlay-prices.ts";
