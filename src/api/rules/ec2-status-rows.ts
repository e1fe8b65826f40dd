/** Rules of EC2NodeClass on what its selectors resolved to (spec: api 4.6). */
import { ec2NodeClass, ec2Status, without } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const reservation = {
  id: "cr-0a",
  availabilityZone: "us-west-2a",
  instanceType: "m5.large",
  instanceMatchCriteria: "open",
  ownerID: "123456789012",
};

const statusRow = (
  name: string,
  rule: string,
  statuses: { good: unknown; bad: unknown },
  cause: RuleRow["cause"],
): RuleRow => ({
  id: `ec2nodeclass-status-${name}`,
  section: "4.6",
  rule,
  stored: ec2NodeClass(),
  subresource: "status",
  accepted: ec2Status(statuses.good),
  refused: ec2Status(statuses.bad),
  cause,
});

export const ec2StatusRows: readonly RuleRow[] = [
  ...["id", "zone"].map((member) =>
    statusRow(
      `subnet-${member}`,
      `a resolved subnet has the member ${member}`,
      {
        good: { subnets: [{ id: "subnet-1", zone: "a" }] },
        bad: { subnets: [without({ id: "subnet-1", zone: "a" }, member)] },
      },
      { field: `status.subnets[0].${member}`, message: "Required value" },
    ),
  ),
  statusRow(
    "group-id",
    "a resolved group has an id",
    { good: { securityGroups: [{ id: "sg-1" }] }, bad: { securityGroups: [{ name: "n" }] } },
    {
      field: "status.securityGroups[0].id",
      message: "Required value",
    },
  ),
  statusRow(
    "image-requirements",
    "a resolved image has requirements",
    { good: { amis: [{ id: "ami-1", requirements: [] }] }, bad: { amis: [{ id: "ami-1" }] } },
    {
      field: "status.amis[0].requirements",
      message: "Required value",
    },
  ),
  ...Object.keys(reservation).map((member) =>
    statusRow(
      `reservation-${member.toLowerCase()}`,
      `a resolved reservation has the member ${member}`,
      { good: { capacityReservations: [reservation] }, bad: { capacityReservations: [without(reservation, member)] } },
      { field: `status.capacityReservations[0].${member}`, message: "Required value" },
    ),
  ),
  ...(
    [
      ["reservationType", "capacity-block", "block"],
      ["state", "expiring", "gone"],
    ] as const
  ).map(([member, good, bad]) =>
    statusRow(
      `reservation-${member.toLowerCase()}-values`,
      `${member} is one of two`,
      {
        good: { capacityReservations: [{ ...reservation, [member]: good }] },
        bad: { capacityReservations: [{ ...reservation, [member]: bad }] },
      },
      { field: `status.capacityReservations[0].${member}`, message: "supported values" },
    ),
  ),
];
