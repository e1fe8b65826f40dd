import type { AwsClients } from "../contract/index.ts";
import type { AwsClientOptions } from "./settings.ts";

/**
 * Clients of the AWS SDK behind the contract. The SDK is loaded here and nowhere else: whoever works with a simulated
 * account never pays for it. Credentials come from the SDK's default chain, which is asked at the first call.
 */
export async function createAwsClients(options: AwsClientOptions): Promise<AwsClients> {
  const [ec2, ssm, iam, eks, sqs, pricing] = await Promise.all([
    import("./ec2.ts"),
    import("./ssm.ts"),
    import("./iam.ts"),
    import("./eks.ts"),
    import("./sqs.ts"),
    import("./pricing.ts"),
  ]);
  const { client, native } = ec2.createEc2Adapter(options);
  return {
    ec2: client,
    ec2Probe: ec2.createEc2Adapter(options, { maxAttempts: 1 }).client,
    ssm: ssm.createSsmAdapter(options),
    iam: iam.createIamAdapter(options),
    eks: eks.createEksAdapter(options),
    sqs: sqs.createSqsAdapter(options),
    pricing: pricing.createPricingAdapter(options),
    ...(options.zonalShift === true
      ? { zonalShift: (await import("./zonal-shift.ts")).createZonalShiftAdapter(options, native) }
      : {}),
  };
}
