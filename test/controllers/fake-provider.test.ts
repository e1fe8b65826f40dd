import { createManualClock } from "../../src/platform/index.ts";
import { providerConformance } from "../../src/provider/conformance/index.ts";
import { defaultTypes } from "../builders/instance-types.ts";
import { nodePool } from "./builders.ts";
import { createFakeProvider } from "./fake-provider.ts";

providerConformance({
  name: "the fake of the controllers' tests",
  makeProvider: async () => {
    const clock = createManualClock();
    const provider = createFakeProvider(clock);
    const pool = nodePool("default");
    const { kind, name } = pool.spec.template.spec.nodeClassRef;
    provider.instanceTypeList = defaultTypes();
    provider.nodeClasses = [name];
    return {
      provider,
      collector: provider,
      pool: { key: { kind: "NodePool", name: "default" }, classKey: { kind, name }, pool },
      run: (call) => call,
      settle: () => clock.advance(1),
      exhaust: () => {
        provider.instanceTypeList = provider.instanceTypeList.map((type) => ({ ...type, offerings: [] }));
      },
    };
  },
});
