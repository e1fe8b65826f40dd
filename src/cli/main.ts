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

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

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
