import {
  type CreateLaunchTemplateRequest,
  type CreateLaunchTemplateResult,
  type DeleteLaunchTemplateRequest,
  type DescribeLaunchTemplatesRequest,
  type DescribeLaunchTemplatesResult,
  type LaunchTemplateData,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import { mapToTags, matchesFilters, page, tagsToMap } from "./filters.ts";

export interface AccountLaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly data: LaunchTemplateData;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LaunchTemplates {
  create(input: CreateLaunchTemplateRequest): CreateLaunchTemplateResult;
  describe(input: DescribeLaunchTemplatesRequest): DescribeLaunchTemplatesResult;
  delete(input: DeleteLaunchTemplateRequest): object;
  byName(name: string): AccountLaunchTemplate;
  list(): readonly AccountLaunchTemplate[];
}

const userDataLimitBytes = 16_384;

export function createLaunchTemplates(newId: (prefix: string) => string): LaunchTemplates {
  const templates = new Map<string, AccountLaunchTemplate>();
  const byName = (name: string): AccountLaunchTemplate => {
    const template = templates.get(name);
    if (template !== undefined) return template;
    throw new ServiceError(
      "InvalidLaunchTemplateName.NotFoundException",
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  };
  return {
    byName,
    list: () => [...templates.values()],
    create: (input) => {
      const { LaunchTemplateName: name, LaunchTemplateData: data } = input;
      if (templates.has(name))
        throw new ServiceError(
          "InvalidLaunchTemplateName.AlreadyExistsException",
          `Launch template name already in use: ${name}`,
        );
      if (Buffer.byteLength(data.UserData ?? "", "base64") > userDataLimitBytes)
        throw new ServiceError("InvalidUserData.Malformed", `User data is limited to ${userDataLimitBytes} bytes`);
      const tags = tagsToMap(
        input.TagSpecifications?.find(({ ResourceType }) => ResourceType === "launch-template")?.Tags,
      );
      const template = { id: newId("lt"), name, data, tags };
      templates.set(name, template);
      return { LaunchTemplate: shape(template) };
    },
    describe: (input) => {
      const named = input.LaunchTemplateNames?.map(byName) ?? [...templates.values()];
      const kept = named.filter(({ name, tags }) =>
        matchesFilters(input.Filters, { attributes: { "launch-template-name": [name] }, tags }),
      );
      const found = page(kept, input);
      return { LaunchTemplates: found.items.map(shape), ...found.token };
    },
    delete: ({ LaunchTemplateId: id, LaunchTemplateName: name }) => {
      const template = id === undefined ? byName(name ?? "") : [...templates.values()].find((known) => known.id === id);
      if (template === undefined)
        throw new ServiceError("InvalidLaunchTemplateId.NotFound", `The launch template '${id}' does not exist`);
      templates.delete(template.name);
      return {};
    },
  };
}

const shape = ({ id, name, tags }: AccountLaunchTemplate) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Tags: mapToTags(tags),
});
