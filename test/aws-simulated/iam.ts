/** As much of IAM as the controller's policies use: what a statement allows, and what each call asks for. */
import type { PolicyDocument, PolicyStatement } from "../../src/provider-aws/policy/index.ts";
import type {
  CreateFleetRequest,
  CreateFleetResult,
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateTagsRequest,
  LaunchTemplateData,
  RunInstancesRequest,
  Tag,
  TagSpecification,
} from "../../src/provider-aws/contract/index.ts";
import type { MadeCall } from "./whole-life.ts";

export type Tags = Readonly<Record<string, string>>;

/** One right that a call needs on one resource. */
export interface Demand {
  readonly action: string;
  readonly arn: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === "string" ? [value] : value);

type Operator = (found: readonly string[] | undefined, wanted: readonly string[]) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (found, wanted) => found?.some((value) => wanted.includes(value)) ?? false,
  StringEqualsIfExists: (found, wanted) => found?.some((value) => wanted.includes(value)) ?? true,
  StringLike: (found, wanted) => found?.some((value) => wanted.some((pattern) => matches(pattern, value))) ?? false,
  "ForAllValues:StringEquals": (found, wanted) => found?.every((value) => wanted.includes(value)) ?? true,
};

function holds({ Condition = {} }: PolicyStatement, { context }: Demand): boolean {
  return Object.entries(Condition).every(([name, keys]) => {
    const operator = operators[name];
    if (operator === undefined) throw new Error(`no operator ${name}`);
    return Object.entries(keys).every(([key, wanted]) => {
      const found = context[key];
      return operator(found === undefined ? undefined : listOf(found), listOf(wanted));
    });
  });
}

/** Statements that allow it, by policy and statement id. */
export const allowing = (policies: Readonly<Record<string, PolicyDocument>>, demand: Demand): readonly string[] =>
  Object.entries(policies).flatMap(([name, { Statement }]) =>
    Statement.filter(
      (statement) =>
        statement.Action.includes(demand.action) &&
        listOf(statement.Resource).some((pattern) => matches(pattern, demand.arn)) &&
        holds(statement, demand),
    ).map(({ Sid }) => `${name}/${Sid}`),
  );

const tagsOf = (tags: readonly Tag[] = []): Tags =>
  Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

const prefixed = (of: "RequestTag" | "ResourceTag", tags: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${of}/${key}`, value]));

const specified = (specifications: readonly TagSpecification[] | undefined, type: string): Tags =>
  tagsOf(specifications?.find(({ ResourceType }) => ResourceType === type)?.Tags);

export interface Place {
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly queue: string;
}

/** Turns calls, in their order, into what they ask of IAM; keeps in mind which tags things were made with. */
export function createDemands({ region, account, cluster, queue }: Place): (call: MadeCall) => readonly Demand[] {
  const templates = new Map<string, { readonly tags: Tags; readonly data: LaunchTemplateData }>();
  const nameOfTemplate = new Map<string, string>();
  const instances = new Map<string, Tags>();
  const profiles = new Map<string, Tags>();
  const ec2 = (kind: string, id = "new", owner = account): string => `arn:aws:ec2:${region}:${owner}:${kind}/${id}`;
  const profileArn = (name: string): string => `arn:aws:iam::${account}:instance-profile/karpenter/${name}`;
  const plain = (action: string, arn: string, context: Demand["context"] = {}): readonly Demand[] => [
    { action, arn, context },
  ];
  /** Made with tags: the right to make it, and the right to tag it while it is made. */
  const making = (action: string, kind: string, tags: Tags): readonly Demand[] => {
    const context = prefixed("RequestTag", tags);
    const asked = { action: `ec2:${action}`, arn: ec2(kind), context };
    return [asked, { ...asked, action: "ec2:CreateTags", context: { ...context, "ec2:CreateAction": action } }];
  };
  const launching = (
    action: "CreateFleet" | "RunInstances",
    templateName: string,
    specifications: readonly TagSpecification[] | undefined,
  ): readonly Demand[] => {
    const template = templates.get(templateName);
    if (template === undefined) throw new Error(`no template ${templateName}`);
    const inTemplate = template.data.TagSpecifications;
    const made = ["instance", "volume", "network-interface", "spot-instances-request", "fleet"].flatMap((kind) => {
      const tags = { ...specified(inTemplate, kind), ...specified(specifications, kind) };
      return Object.keys(tags).length === 0 ? [] : making(action, kind, tags);
    });
    const used = ["subnet", "security-group"].map((kind) => ({
      action: `ec2:${action}`,
      arn: ec2(kind, "x"),
      context: {},
    }));
    return [
      ...made,
      ...used,
      { action: `ec2:${action}`, arn: ec2("image", "ami-1", ""), context: {} },
      {
        action: `ec2:${action}`,
        arn: ec2("launch-template", templateName),
        context: prefixed("ResourceTag", template.tags),
      },
    ];
  };
  const fleet = (input: CreateFleetRequest): readonly Demand[] => {
    const names = input.LaunchTemplateConfigs.map((config) => config.LaunchTemplateSpecification.LaunchTemplateName);
    return names.flatMap((name) => [
      ...launching("CreateFleet", name, input.TagSpecifications),
      // A fleet of kind `instant` runs the instances in the caller's name.
      ...launching(
        "RunInstances",
        name,
        input.TagSpecifications?.filter(({ ResourceType }) => ResourceType !== "fleet"),
      ),
    ]);
  };
  const readers: Readonly<Record<string, (call: MadeCall) => readonly Demand[]>> = {
    createLaunchTemplate: ({ input, output }) => {
      const {
        LaunchTemplateName: name,
        LaunchTemplateData: data,
        TagSpecifications,
      } = input as CreateLaunchTemplateRequest;
      const tags = specified(TagSpecifications, "launch-template");
      templates.set(name, { tags, data });
      const id = (output as CreateLaunchTemplateResult | undefined)?.LaunchTemplate?.LaunchTemplateId;
      if (id !== undefined) nameOfTemplate.set(id, name);
      return making("CreateLaunchTemplate", "launch-template", tags);
    },
    deleteLaunchTemplate: ({ input }) => {
      const { LaunchTemplateName, LaunchTemplateId = "" } = input as {
        LaunchTemplateName?: string;
        LaunchTemplateId?: string;
      };
      const name = LaunchTemplateName ?? nameOfTemplate.get(LaunchTemplateId) ?? "";
      const context = prefixed("ResourceTag", templates.get(name)?.tags ?? {});
      return plain("ec2:DeleteLaunchTemplate", ec2("launch-template", name), context);
    },
    createFleet: ({ input, output }) => {
      const request = input as CreateFleetRequest;
      for (const { InstanceIds = [] } of (output as CreateFleetResult | undefined)?.Instances ?? [])
        for (const id of InstanceIds) instances.set(id, specified(request.TagSpecifications, "instance"));
      return fleet(request);
    },
    runInstances: ({ input }) => {
      const { LaunchTemplate, TagSpecifications } = input as RunInstancesRequest;
      return launching("RunInstances", LaunchTemplate?.LaunchTemplateName ?? "", TagSpecifications);
    },
    terminateInstances: ({ input }) =>
      (input as { InstanceIds: readonly string[] }).InstanceIds.flatMap((id) =>
        plain("ec2:TerminateInstances", ec2("instance", id), prefixed("ResourceTag", instances.get(id) ?? {})),
      ),
    createTags: ({ input }) => {
      const { Resources, Tags } = input as CreateTagsRequest;
      const tags = tagsOf(Tags);
      return Resources.flatMap((id) => {
        const before = instances.get(id) ?? {};
        instances.set(id, { ...before, ...tags });
        const context = {
          ...prefixed("ResourceTag", before),
          ...prefixed("RequestTag", tags),
          "aws:TagKeys": Object.keys(tags),
        };
        return plain("ec2:CreateTags", ec2("instance", id), context);
      });
    },
    createInstanceProfile: ({ input }) => {
      const { InstanceProfileName: name, Tags } = input as { InstanceProfileName: string; Tags: readonly Tag[] };
      const tags = tagsOf(Tags);
      profiles.set(name, tags);
      const asked = prefixed("RequestTag", tags);
      return [
        ...plain("iam:CreateInstanceProfile", profileArn(name), asked),
        ...plain("iam:TagInstanceProfile", profileArn(name), { ...asked, ...prefixed("ResourceTag", tags) }),
      ];
    },
    addRoleToInstanceProfile: (call) => [
      ...changing(call),
      ...plain("iam:PassRole", `arn:aws:iam::${account}:role/${(call.input as { RoleName: string }).RoleName}`, {
        "iam:PassedToService": "ec2.amazonaws.com",
      }),
    ],
    removeRoleFromInstanceProfile: (call) => changing(call),
    deleteInstanceProfile: (call) => changing(call),
    getInstanceProfile: ({ input }) =>
      plain("iam:GetInstanceProfile", profileArn((input as { InstanceProfileName: string }).InstanceProfileName)),
    listInstanceProfiles: () => plain("iam:ListInstanceProfiles", "*"),
    describeCluster: () => plain("eks:DescribeCluster", `arn:aws:eks:${region}:${account}:cluster/${cluster}`),
    getParameter: ({ input }) =>
      plain("ssm:GetParameter", `arn:aws:ssm:${region}::parameter${(input as { Name: string }).Name}`),
    getProducts: () => plain("pricing:GetProducts", "*"),
    getManagedResource: ({ input }) =>
      plain("arc-zonal-shift:GetManagedResource", "*", {
        "arc-zonal-shift:ResourceIdentifier": (input as { resourceIdentifier: string }).resourceIdentifier,
      }),
  };
  const changing = ({ method, input }: MadeCall): readonly Demand[] => {
    const { InstanceProfileName: name } = input as { InstanceProfileName: string };
    const context = prefixed("ResourceTag", profiles.get(name) ?? {});
    return plain(`iam:${method.charAt(0).toUpperCase()}${method.slice(1)}`, profileArn(name), context);
  };
  return (call) => {
    const reader = readers[call.method];
    if (reader !== undefined) return reader(call);
    const action = `${call.method.charAt(0).toUpperCase()}${call.method.slice(1)}`;
    if (call.service === "sqs") return plain(`sqs:${action}`, `arn:aws:sqs:${region}:${account}:${queue}`);
    if (!action.startsWith("Describe")) throw new Error(`nothing says what ${call.service} ${call.method} asks for`);
    return plain(`ec2:${action}`, "*", { "aws:RequestedRegion": region });
  };
}
