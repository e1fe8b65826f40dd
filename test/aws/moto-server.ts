import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installMoto, root } from "../../tools/catalogue/moto-install.ts";

export interface MotoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** An image that moto is to have (spec: aws 8.1, DescribeImages). */
export interface MotoImage {
  readonly ami_id: string;
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
}

const startMilliseconds = 60_000;

/** Starts moto's server on a free port of the loopback interface. It ends with this process, however that ends. */
export async function startMoto(images: readonly MotoImage[]): Promise<MotoServer> {
  const python = await installMoto();
  const imagesFile = join(tmpdir(), `moto-images-${process.pid}.json`);
  await writeFile(imagesFile, JSON.stringify(images.map(imageRow)));
  const child = spawn(python, [join(root, "test/aws/moto_launcher.py"), "0"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, MOTO_AMIS_PATH: imagesFile, MOTO_EC2_LOAD_DEFAULT_AMIS: "true" },
  });
  let text = "";
  const closed = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`moto did not start:\n${text}`)), startMilliseconds);
    const read = (chunk: Buffer): void => {
      text = (text + chunk.toString()).slice(-4_000);
      const found = /listening on (\d+)/.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("close", (code) => reject(new Error(`moto ended with ${code}:\n${text}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

const imageRow = ({ ami_id, name, architecture }: MotoImage) => ({
  ami_id,
  name,
  architecture,
  state: "available",
  owner_id: "amazon",
  public: true,
  image_type: "machine",
  platform: null,
  root_device_name: "/dev/xvda",
  root_device_type: "ebs",
  virtualization_type: "hvm",
  hypervisor: "xen",
  description: name,
  sriov: "simple",
});
