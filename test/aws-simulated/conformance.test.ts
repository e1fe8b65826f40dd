import { providerConformance } from "../../src/provider/conformance/index.ts";
import { createAwsFixture } from "./fixture.ts";

providerConformance({
  name: "AWS over the simulated account",
  makeProvider: async () => {
    const { aws, account, clock, pool, run } = await createAwsFixture();
    return {
      provider: aws.cloudProvider,
      collector: aws.cloudProvider,
      pool,
      run,
      settle: () => clock.advance(5_000),
      exhaust: () => void account.faults.insufficientCapacity({}),
    };
  },
});
