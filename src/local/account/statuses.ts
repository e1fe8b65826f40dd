import type {
  DescribeInstanceStatusResult,
  FilteredRequest,
  InstanceStatus,
} from "../../provider-aws/contract/index.ts";

/** What status checks say of instances; nothing unless a test says otherwise. */
export interface AccountStatuses {
  describe(input: FilteredRequest): DescribeInstanceStatusResult;
  set(status: InstanceStatus & { readonly InstanceId: string }): void;
  clear(instanceId: string): void;
}

export function createStatuses(): AccountStatuses {
  const statuses = new Map<string, InstanceStatus>();
  return {
    set: (status) => void statuses.set(status.InstanceId, status),
    clear: (id) => void statuses.delete(id),
    describe: ({ Filters = [] }) => ({
      InstanceStatuses: [...statuses.values()].filter((status) =>
        Filters.every(({ Name, Values }) => factsOf(status, Name).some((value) => Values.includes(value))),
      ),
    }),
  };
}

function factsOf({ InstanceStatus, SystemStatus, Events = [] }: InstanceStatus, name: string): readonly string[] {
  switch (name) {
    case "instance-status.status":
      return [InstanceStatus?.Status ?? "ok"];
    case "system-status.status":
      return [SystemStatus?.Status ?? "ok"];
    case "event.code":
      return Events.flatMap(({ Code }) => Code ?? []);
    default:
      return [];
  }
}
