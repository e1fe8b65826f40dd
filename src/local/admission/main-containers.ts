import type { Container, PodSpec } from "../../api/index.ts";

/** The containers of a spec as it was sent; one that lacks them is refused later, in words. */
export const mainContainers = ({ containers = [] }: Partial<PodSpec>): readonly Container[] => containers;
