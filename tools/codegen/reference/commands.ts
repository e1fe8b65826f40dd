/** What `karpenter COMMAND --help` prints, for every command. */
import { Readable, Writable } from "node:stream";
import { runCli } from "../../../src/cli/program.ts";

async function helpOf(...args: readonly string[]): Promise<string> {
  let text = "";
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  const { signal } = new AbortController();
  const environment = { NO_COLOR: "1", TERM: "dumb" };
  await runCli([...args, "--help"], { input: Readable.from([]), output, errors: output, environment, signal });
  return text.trimEnd();
}

export async function commandsPage(): Promise<string> {
  const overview = await helpOf();
  const names = [...overview.matchAll(/^ {2}([a-z][a-z-]+) /gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
  let sections = "";
  for (const name of names) sections += `\n## karpenter ${name}\n\n\`\`\`text\n${await helpOf(name)}\n\`\`\`\n`;
  return `# Commands\n\n\`\`\`text\n${overview}\n\`\`\`\n${sections}`;
}
