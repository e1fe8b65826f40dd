/**
 * What a rule cannot do without. `objects` are manifests or a dump of a cluster; `cluster` is a dump alone, since files say
 * nothing of what runs.
 */
export type InputName = "objects" | "cluster" | "logs" | "catalogue" | "metrics" | "account";
