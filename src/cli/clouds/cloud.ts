/** Where machines come from: AWS, an AWS account played in this process, or nowhere (nodes without machines). */
export const clouds = ["aws", "simulated", "kwok"] as const;
export type Cloud = (typeof clouds)[number];

/** Those that need no cloud account, and so go with test clusters. */
export const localClouds = ["simulated", "kwok"] as const satisfies readonly Cloud[];
export type LocalCloud = (typeof localClouds)[number];
