import type { AccountReading, AccountTemplateData } from "./account-clients.ts";
import type { LaunchTemplateReport } from "./account-report.ts";
import { answered, asking, isNotFound } from "./asking.ts";

/** Its latest version, as launches take it (spec: v1alpha5 2.5); undefined where there is none of that name. */
export async function readLaunchTemplate(
  name: string,
  reading: AccountReading,
): Promise<LaunchTemplateReport | undefined> {
  const data = await dataOf(name, reading);
  if (data === undefined) return undefined;
  const { InstanceType, ImageId, NetworkInterfaces = [], Placement, InstanceMarketOptions } = data;
  const subnet = NetworkInterfaces.find(({ SubnetId }) => SubnetId !== undefined)?.SubnetId;
  const marketType = InstanceMarketOptions?.MarketType;
  return {
    name,
    networkInterfaces: NetworkInterfaces.length,
    placement: Placement !== undefined && Object.values(Placement).some((value) => value !== undefined && value !== ""),
    ...(InstanceType === undefined ? {} : { instanceType: InstanceType }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(marketType === undefined ? {} : { marketType }),
    ...(ImageId === undefined || ImageId.startsWith("resolve:") ? {} : await imageOf(ImageId, reading)),
  };
}

async function dataOf(name: string, { clients, signal }: AccountReading): Promise<AccountTemplateData | undefined> {
  try {
    const { LaunchTemplateVersions = [] } = await asking("ec2:DescribeLaunchTemplateVersions", () =>
      clients.ec2.describeLaunchTemplateVersions({ LaunchTemplateName: name, Versions: ["$Latest"] }, { signal }),
    );
    return LaunchTemplateVersions[0]?.LaunchTemplateData;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function imageOf(imageId: string, { clients, signal }: AccountReading) {
  const imageDate = await answered(signal, async () => {
    const { Images = [] } = await asking("ec2:DescribeImages", () =>
      clients.ec2.describeImages({ ImageIds: [imageId] }, { signal }),
    );
    return Images[0]?.CreationDate;
  });
  return { imageId, imageDate };
}
