import type { AccountReading } from "./account-clients.ts";
import type { AccountQuestions, AccountReport } from "./account-report.ts";
import { answered, type Answer } from "./asking.ts";
import { readAlarms, readAnomalies, readBudgets, readMetricFilters } from "./read-alarms.ts";
import { readCluster, readFargateProfiles, readPodIdentities, readScalingGroups } from "./read-cluster.ts";
import { readLaunchTemplate } from "./read-launch-template.ts";
import { readNetwork } from "./read-network.ts";
import { readQueue } from "./read-queue.ts";

/**
 * Looks at the account, read-only. No call that is denied ends it: what it would have told is an answer that says which
 * action it needs. Rejects only when aborted.
 */
export async function readAccount(questions: AccountQuestions, reading: AccountReading): Promise<AccountReport> {
  const { signal } = reading;
  const { region, clusterName, queueName } = questions;
  const cluster = await named(clusterName, (name) => answered(signal, () => readCluster(name, reading)));
  const ofCluster = <T>(read: (name: string) => Promise<T>): Promise<Answer<T>> =>
    named(clusterName, (name) => answered(signal, () => read(name)));
  const { ok } = cluster;
  const parts = {
    queue: queueName === undefined ? undefined : answered(signal, () => readQueue(queueName, reading)),
    network: ok ? answered(signal, () => readNetwork(cluster.value.vpcId, reading)) : cluster,
    launchTemplates: readLaunchTemplates(questions, reading),
    scalingGroups: answered(signal, () => readScalingGroups(reading)),
    podIdentities: ofCluster((name) => readPodIdentities(name, reading)),
    fargateProfiles: ofCluster((name) => readFargateProfiles(name, reading)),
    metricFilters: answered(signal, () => readMetricFilters(reading)),
    alarms: answered(signal, () => readAlarms(reading.clients.cloudWatch, signal)),
    billingAlarms: answered(signal, () => readAlarms(reading.clients.billing, signal)),
    anomalies: answered(signal, () => readAnomalies(reading)),
    budgets: ok ? answered(signal, () => readBudgets(cluster.value.accountId, reading)) : cluster,
  };
  const queue = await parts.queue;
  return {
    region,
    cluster,
    ...(queue === undefined ? {} : { queue }),
    network: await parts.network,
    launchTemplates: await parts.launchTemplates,
    scalingGroups: await parts.scalingGroups,
    podIdentities: await parts.podIdentities,
    fargateProfiles: await parts.fargateProfiles,
    metricFilters: await parts.metricFilters,
    alarms: await parts.alarms,
    billingAlarms: await parts.billingAlarms,
    anomalies: await parts.anomalies,
    budgets: await parts.budgets,
  };
}

async function named<T>(name: string | undefined, read: (name: string) => Promise<Answer<T>>): Promise<Answer<T>> {
  if (name !== undefined) return read(name);
  return {
    ok: false,
    needs: "eks:DescribeCluster",
    reason: "the cluster's name is not known: give --cluster-name, or aws.clusterName among the objects",
  };
}

async function readLaunchTemplates(
  { launchTemplates }: AccountQuestions,
  reading: AccountReading,
): Promise<AccountReport["launchTemplates"]> {
  const names = [...new Set(launchTemplates)].toSorted();
  const answers = await Promise.all(
    names.map((name) => answered(reading.signal, () => readLaunchTemplate(name, reading))),
  );
  return new Map(names.flatMap((name, index) => (answers[index] === undefined ? [] : [[name, answers[index]]])));
}
