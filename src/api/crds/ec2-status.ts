/** Status of EC2NodeClass (spec: api 4.6). */
import { bool, list, obj, str } from "../schema/node.ts";
import { plainConditions } from "./fields.ts";
import { requirementOperators } from "./requirement.ts";

const imageRequirement = obj(
  "One constraint on the instance types that the image suits.",
  {
    key: str("Label key."),
    operator: str("How the label's value relates to the values.", { enum: requirementOperators }),
    values: list("Values.", { type: "string" }, { "x-kubernetes-list-type": "atomic" }),
  },
  { required: ["key", "operator"] },
);

const subnet = obj(
  "One subnet.",
  { id: str("Id of the subnet."), zone: str("Name of its zone."), zoneID: str("Id of its zone.") },
  { required: ["id", "zone"] },
);

const securityGroup = obj(
  "One security group.",
  { id: str("Id of the group."), name: str("Name of the group.") },
  { required: ["id"] },
);

const image = obj(
  "One image.",
  {
    id: str("Id of the image."),
    name: str("Name of the image."),
    deprecated: bool("Whether the image is deprecated."),
    requirements: list("Instance types that the image suits.", imageRequirement),
  },
  { required: ["id", "requirements"] },
);

const capacityReservation = obj(
  "One capacity reservation.",
  {
    id: str("Id of the reservation.", { pattern: "^cr-[0-9a-z]+$" }),
    availabilityZone: str("Name of its zone."),
    instanceType: str("Instance type that is reserved."),
    instanceMatchCriteria: str("How instances are matched with it.", { enum: ["open", "targeted"] }),
    ownerID: str("Account that owns it.", { pattern: "^[0-9]{12}$" }),
    endTime: str("When it ends. Absent means never.", { format: "date-time" }),
    reservationType: str("Type of the reservation.", { default: "default", enum: ["default", "capacity-block"] }),
    state: str("Whether it can be launched into.", { default: "active", enum: ["active", "expiring"] }),
    interruptible: bool("Whether its instances can be interrupted."),
  },
  { required: ["availabilityZone", "id", "instanceMatchCriteria", "instanceType", "ownerID"] },
);

export const ec2NodeClassStatus = obj("What the selectors resolved to, and whether the class can be used.", {
  subnets: list("Subnets, those with most free addresses first.", subnet),
  securityGroups: list("Security groups, by id.", securityGroup),
  amis: list("Images, newest first.", image),
  capacityReservations: list("Capacity reservations, by id.", capacityReservation),
  instanceProfile: str("Instance profile in use."),
  conditions: plainConditions,
});
