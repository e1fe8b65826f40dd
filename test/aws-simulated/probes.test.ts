import { describe, expect, test } from "vitest";
import { type EC2NodeClass, getCondition } from "../../src/api/index.ts";
import { type AwsClients, ServiceError } from "../../src/provider-aws/contract/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { poolOf } from "./fixture.ts";

const minute = 60_000;
const denied = (text: string) => new ServiceError("UnauthorizedOperation", text, { status: 403 });

type Probe = AwsClients["ec2Probe"];

/** A class whose dry runs are answered by these; `calls` counts them. */
async function probing(answers: Partial<Pick<Probe, "createFleet" | "runInstances">> = {}) {
  const calls = { createFleet: 0, runInstances: 0 };
  const fixture = await createControllerFixture({
    wrapClients: (clients) => ({
      ...clients,
      ec2Probe: {
        ...clients.ec2Probe,
        createFleet: (input, call) => {
          calls.createFleet += 1;
          return (answers.createFleet ?? clients.ec2Probe.createFleet)(input, call);
        },
        runInstances: (input, call) => {
          calls.runInstances += 1;
          return (answers.runInstances ?? clients.ec2Probe.runInstances)(input, call);
        },
      },
    }),
  });
  fixture.pools.put(poolOf().pool);
  fixture.classes.put(classOf());
  const validate = async (change: (nodeClass: EC2NodeClass) => EC2NodeClass = (same) => same) => {
    fixture.classes.put(change(fixture.classes.get("default")!));
    const wait = await fixture.reconcile("nodeclass");
    const condition = getCondition(fixture.classes.get("default")!, "ValidationSucceeded");
    return { wait, status: condition?.status, reason: condition?.reason, message: condition?.message };
  };
  return { ...fixture, calls, validate };
}

describe("dry runs of a launch", () => {
  test("that pass make the class valid, and are not repeated for half an hour", async () => {
    const { validate, calls, account } = await probing();
    expect(await validate()).toMatchObject({ status: "True" });
    await validate();
    expect(calls).toEqual({ createFleet: 1, runInstances: 1 });
    expect(account.inventory().instances).toBe(0);
  });

  test("[aws 9.7.121] of a fleet that is denied say why, once in half an hour", async () => {
    const { validate, calls, clock } = await probing({
      createFleet: () => Promise.reject(denied("with an explicit deny in a service control policy")),
    });
    const message =
      "Controller isn't authorized to call ec2:CreateFleet: User is not authorized to perform this operation due to a service control policy (kept for 30 minutes; adding or changing any annotation of the EC2NodeClass asks again at once)";
    expect(await validate()).toMatchObject({ status: "False", reason: "CreateFleetAuthCheckFailed", message });
    await clock.advance(10 * minute);
    expect(await validate()).toMatchObject({ status: "False", reason: "CreateFleetAuthCheckFailed" });
    expect(calls.createFleet).toBe(1);
    await clock.advance(20 * minute);
    await validate();
    expect(calls.createFleet).toBe(2);
  });

  test("[aws 9.7.122] that are throttled leave the condition as it is and come again soon", async () => {
    const { validate } = await probing({
      createFleet: () => Promise.reject(new ServiceError("RequestLimitExceeded", "slow down", { status: 503 })),
    });
    const found = await validate();
    expect(found.status).toBe("Unknown");
    expect(found.wait).toBeLessThanOrEqual(10_000);
  });

  test("[aws 9.7.123] pass when one subnet lets them; if none does the first one's denial counts", async () => {
    let asked = 0;
    const second = await probing({
      runInstances: () => {
        asked += 1;
        return Promise.reject(asked === 1 ? denied("first") : new ServiceError("DryRunOperation", "would pass"));
      },
    });
    expect(await second.validate()).toMatchObject({ status: "True" });
    expect(second.calls.runInstances).toBe(2);
    const none = await probing({ runInstances: () => Promise.reject(denied("no")) });
    expect(await none.validate()).toMatchObject({ status: "False", reason: "RunInstancesAuthCheckFailed" });
    expect(none.calls.runInstances).toBe(3);
  });

  test("[aws 9.7.126] run again when an annotation was added", async () => {
    const { validate, calls } = await probing();
    await validate();
    await validate((nodeClass) => ({
      ...nodeClass,
      metadata: { ...nodeClass.metadata, annotations: { "example.com/again": "1" } },
    }));
    expect(calls.createFleet).toBe(2);
  });

  test("that miss the profile say so for a profile of the user, and wait for one of ours", async () => {
    const missing = new ServiceError("InvalidParameterValue", "Value (x): Invalid IAM Instance Profile name");
    const { validate } = await probing({ runInstances: () => Promise.reject(missing) });
    expect(await validate()).toMatchObject({ status: "Unknown" });
    const named = ({ role: _, ...spec }: EC2NodeClass["spec"]) => ({ ...spec, instanceProfile: "theirs" });
    const found = await validate((nodeClass) => ({ ...nodeClass, spec: named(nodeClass.spec) }));
    expect(found).toMatchObject({ status: "False", reason: "InstanceProfileNotFound" });
  });

  test("of a template that is refused for its size say what is too large", async () => {
    const { validate, account } = await probing();
    account.faults.refuseCalls("EC2 CreateLaunchTemplate", {
      code: "InvalidUserData.Malformed",
      message: "User data is limited to 16384 bytes",
    });
    expect(await validate()).toMatchObject({ status: "False", reason: "UserDataSizeLimitExceeded" });
  });
});
