import { privateReason } from "../facts/private-network.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const privateRegistry = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//;

export const publicImage: Rule = {
  id: "KBP206",
  name: "public-image",
  severity: "error",
  requirements: ["R40"],
  needs: ["objects"],
  document: {
    what: "The cluster is private (aws.isolatedVPC, or no way out of its subnets) and an image of the controller does not come from a private ECR.",
    why: "Its pull fails inside the VPC, and with it the controller's start.",
    fix: "Copy the image to a private ECR and set the repository value of the chart.",
  },
  check(facts) {
    const reason = privateReason(facts);
    if (reason === undefined) return undefined;
    return overEach(facts.controllers, (workload) =>
      workload.spec.containers.flatMap(({ image = "" }, index) =>
        image === "" || privateRegistry.test(image)
          ? []
          : workloadProblem(workload, [...workload.specPath, "containers", index, "image"], {
              message: `${image} cannot be pulled inside the VPC`,
              evidence: `image of ${titleOf(workload)}; ${reason.text}`,
            }),
      ),
    );
  },
};
