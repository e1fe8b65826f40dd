import { type MotoImage, startMoto } from "./moto-server.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    motoUrl: string;
  }
}

const images: readonly MotoImage[] = [
  {
    ami_id: "ami-0aaaaaaaaaaaaaaa1",
    name: "amazon-eks-node-al2023-x86_64-standard-1.34-v20261101",
    architecture: "x86_64",
  },
  {
    ami_id: "ami-0aaaaaaaaaaaaaaa2",
    name: "amazon-eks-node-al2023-arm64-standard-1.34-v20261101",
    architecture: "arm64",
  },
  {
    ami_id: "ami-0bbbbbbbbbbbbbbb1",
    name: "amazon-eks-node-al2023-x86_64-standard-1.34-v20261201",
    architecture: "x86_64",
  },
  {
    ami_id: "ami-0bbbbbbbbbbbbbbb2",
    name: "amazon-eks-node-al2023-arm64-standard-1.34-v20261201",
    architecture: "arm64",
  },
];

/** One server for all files; each test that changes anything resets it first. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const moto = await startMoto(images);
  project.provide("motoUrl", moto.url);
  return () => moto.stop();
}
