// A canary: core may not import kube. The fence check fails if this is not reported.
import { thing } from "../kube/index.ts";

export const seen = thing;
