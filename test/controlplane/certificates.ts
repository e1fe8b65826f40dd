/** The authority of one control plane, what it signs, and the key that signs tokens of service accounts. */
import "reflect-metadata";
import { generateKeyPairSync, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** All PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  readonly certificate: string;
  /** `subject` as in `CN=admin, O=system:masters`; `hosts` for servers. */
  sign(subject: string, hosts?: readonly { readonly type: "dns" | "ip"; readonly value: string }[]): Promise<Certified>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMilliseconds = 24 * 3_600_000;

/** Valid from a day before now to a day after: no control plane of a test lives longer. */
export async function createAuthority(now: number): Promise<Authority> {
  cryptoProvider.set(globalThis.crypto);
  const lifetime = { notBefore: new Date(now - dayMilliseconds), notAfter: new Date(now + dayMilliseconds) };
  const authorityKeys = await newKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=karpenter-ts test control plane",
    ...lifetime,
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  let serial = 1;
  return {
    certificate: authority.toString("pem"),
    sign: async (subject, hosts = []) => {
      serial += 1;
      const keys = await newKeys();
      const signed = await X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(2, "0"),
        subject,
        issuer: authority.subject,
        ...lifetime,
        publicKey: keys.publicKey,
        signingKey: authorityKeys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          ...(hosts.length === 0 ? [] : [new SubjectAlternativeNameExtension([...hosts])]),
        ],
      });
      return { certificate: signed.toString("pem"), key: await pemKey(keys.privateKey) };
    },
  };
}

/** Signs and checks the tokens of service accounts. */
export function createTokenKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

async function pemKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replaceAll(/.{1,64}/g, "$&\n")}-----END PRIVATE KEY-----\n`;
}
