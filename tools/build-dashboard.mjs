// Builds the dashboard into dist/dashboard, and the documentation below it, as `npm ci` does at its end. Plain JavaScript, since an installation without
// development dependencies may run it on a Node that reads no TypeScript; there is nothing to build with then, and a
// published package brings the page along.
try {
  const { build } = await import("vite");
  await build({ configFile: "src/dashboard/vite.config.ts", logLevel: "warn" });
  await import("./docs/build.ts");
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("vite")) throw error;
  console.warn(
    "dashboard: vite is not installed, so that the page is not built; the plain status page stands in for it",
  );
}
