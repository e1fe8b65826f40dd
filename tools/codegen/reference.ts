/** The reference part of the documentation, from the code: it cannot say what is no longer so. */
import { commandsPage } from "./reference/commands.ts";
import { kindPages } from "./reference/fields.ts";
import { eventsPage, optionsPage } from "./reference/lists.ts";
import type { Generator } from "./generator.ts";

const commands = await commandsPage();

export const referenceGenerator: Generator = {
  name: "reference",
  folder: "docs/reference",
  generate: () =>
    [["commands", commands], ["options", optionsPage()], ["events", eventsPage()], ...kindPages()].map(
      ([name, text]) => ({ path: `docs/reference/${name ?? ""}.md`, text: text ?? "" }),
    ),
};
