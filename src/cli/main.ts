import { runCli } from "./program.ts";

const ended = new AbortController();
let interrupts = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupts += 1;
    ended.abort(new Error(`stopped by ${signal}`));
    // A second Ctrl-C means "at once".
    if (interrupts > 1) process.exit(130);
  });
}

// A reader that has seen enough (`| head`) is no error; a full disk is one.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(0);
  process.stderr.write(`karpenter: standard output cannot be written: ${message}\n`);
  process.exit(2);
});
// With nobody left to tell, there is nothing to tell.
process.stderr.on("error", () => undefined);

// What should have ended by now must not keep a stopped command alive.
const exitMilliseconds = 1_000;

process.exitCode = await runCli(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  signal: ended.signal,
});
setTimeout(() => process.exit(), exitMilliseconds).unref();
