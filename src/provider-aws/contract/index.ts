export * from "./ec2-instance-types.ts";
export * from "./request.ts";
