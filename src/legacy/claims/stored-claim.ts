/** The NodeClaim that stands for a Machine where Machines are not served (spec: v1alpha5 5.6 step 5b). */
import { eraAnnotations, labels, type NodeClaim, type Provisioner } from "../../api/index.ts";
import { provisionerClassAddress } from "../views/class-view.ts";
import { machineRequirements, wireMetadata } from "./machine-view.ts";

/** As it is written: known by its labels, bound to the template, never expiring by itself. */
export function storedClaim(claim: NodeClaim, provisioner: Provisioner | undefined): NodeClaim {
  const owner = claim.metadata.labels?.[labels.provisionerName] ?? "";
  const provider = provisioner?.spec?.provider;
  const metadata = wireMetadata(claim.metadata);
  return {
    ...claim,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [eraAnnotations.owner]: `Provisioner/${owner}`,
        ...(provider === undefined ? {} : { [eraAnnotations.provider]: JSON.stringify(provider) }),
      },
    },
    spec: {
      ...claim.spec,
      requirements: machineRequirements(claim.spec.requirements),
      nodeClassRef: {
        group: "karpenter.k8s.aws",
        kind: "AWSNodeTemplate",
        name: provider === undefined ? (provisioner?.spec?.providerRef?.name ?? "default") : owner,
      },
      expireAfter: "Never",
    },
  };
}

/** As it is seen: of its Provisioner's class. A NodeClaim of a NodePool is seen as it stands. */
export function viewOfStoredClaim(claim: NodeClaim): NodeClaim {
  const owner = claim.metadata.labels?.[labels.provisionerName];
  if (owner === undefined || claim.spec.nodeClassRef.kind !== "AWSNodeTemplate") return claim;
  const name = provisionerClassAddress(owner);
  return {
    ...claim,
    spec: { ...claim.spec, nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name } },
  };
}
