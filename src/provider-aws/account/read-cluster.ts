import type { AccountReading, AccountTag } from "./account-clients.ts";
import type { AccountReport, ClusterReport } from "./account-report.ts";
import { allPages, asking, type ValueOf } from "./asking.ts";

export async function readCluster(name: string, { clients, signal }: AccountReading): Promise<ClusterReport> {
  const { cluster = {} } = await asking("eks:DescribeCluster", () => clients.eks.describeCluster({ name }, { signal }));
  const { vpcId = "", subnetIds = [], endpointPrivateAccess, endpointPublicAccess } = cluster.resourcesVpcConfig ?? {};
  return {
    name,
    // arn:aws:eks:REGION:ACCOUNT:cluster/NAME
    accountId: cluster.arn?.split(":")[4] ?? "",
    vpcId,
    subnetIds,
    privateEndpoint: endpointPrivateAccess === true,
    publicEndpoint: endpointPublicAccess !== false,
  };
}

export async function readPodIdentities(
  clusterName: string,
  { clients, signal }: AccountReading,
): Promise<ValueOf<AccountReport["podIdentities"]>> {
  const all = await allPages(
    (nextToken) =>
      asking("eks:ListPodIdentityAssociations", () =>
        clients.eks.listPodIdentityAssociations(
          { clusterName, ...(nextToken === undefined ? {} : { nextToken }) },
          { signal },
        ),
      ),
    ({ associations, nextToken }) => ({ items: associations, next: nextToken }),
  );
  return all.map(({ namespace = "", serviceAccount = "" }) => ({ namespace, serviceAccount }));
}

export async function readFargateProfiles(
  clusterName: string,
  { clients, signal }: AccountReading,
): Promise<ValueOf<AccountReport["fargateProfiles"]>> {
  const names = await allPages(
    (nextToken) =>
      asking("eks:ListFargateProfiles", () =>
        clients.eks.listFargateProfiles({ clusterName, ...(nextToken === undefined ? {} : { nextToken }) }, { signal }),
      ),
    ({ fargateProfileNames, nextToken }) => ({ items: fargateProfileNames, next: nextToken }),
  );
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { fargateProfile } = await asking("eks:DescribeFargateProfile", () =>
        clients.eks.describeFargateProfile({ clusterName, fargateProfileName: name }, { signal }),
      );
      const selectors = fargateProfile?.selectors ?? [];
      return { name, selectors: selectors.map(({ namespace = "", labels = {} }) => ({ namespace, labels })) };
    }),
  );
}

export async function readScalingGroups({
  clients,
  signal,
}: AccountReading): Promise<ValueOf<AccountReport["scalingGroups"]>> {
  const groups = await allPages(
    (NextToken) =>
      asking("autoscaling:DescribeAutoScalingGroups", () =>
        clients.autoScaling.describeAutoScalingGroups(NextToken === undefined ? {} : { NextToken }, { signal }),
      ),
    ({ AutoScalingGroups, NextToken }) => ({ items: AutoScalingGroups, next: NextToken }),
  );
  return groups.map(({ AutoScalingGroupName: name = "", MinSize: min = 0, MaxSize: max = 0, Tags: tags = [] }) => ({
    name,
    min,
    max,
    tags: tagMap(tags),
  }));
}

export const tagMap = (tags: readonly AccountTag[] | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
