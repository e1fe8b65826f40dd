import type { Container } from "../../api/index.ts";

/** An init container that goes on running beside the others. */
export const isSidecarContainer = (container: Container): boolean => container.restartPolicy === "Always";
