/** Certificates for the admission endpoint: an authority that the API server is told of, and what it signs. */
import "reflect-metadata";
import { createPrivateKey, type webcrypto, X509Certificate } from "node:crypto";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate as Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMilliseconds = 24 * 3600 * 1000;
/** Clocks differ. */
const early = dayMilliseconds;

export const authorityDays = 3650;
export const servingDays = 90;

/** An authority that signs nothing but our own serving certificates. `now` is epoch milliseconds. */
export async function makeAuthority({ now }: { readonly now: number }): Promise<KeyPair> {
  cryptoProvider.set(globalThis.crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: "CN=karpenter admission authority",
    ...validFrom(now, authorityDays),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { certificate: authority.toString("pem"), key: await pemKey(keys.privateKey) };
}

/** A certificate for the hosts, the first of them its subject. */
export async function makeServingCertificate(
  authority: KeyPair,
  { now, hosts }: { readonly now: number; readonly hosts: readonly string[] },
): Promise<KeyPair> {
  cryptoProvider.set(globalThis.crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0] ?? "karpenter"}`,
    issuer: new Certificate(authority.certificate).subject,
    ...validFrom(now, servingDays),
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value })),
      ),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await pemKey(keys.privateKey) };
}

const validFrom = (now: number, days: number) => ({
  notBefore: new Date(now - early),
  notAfter: new Date(now + days * dayMilliseconds),
});

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return await crypto.subtle.importKey("pkcs8", new Uint8Array(bytes), algorithm, false, ["sign"]);
}

async function pemKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

/** Epoch milliseconds until which a certificate holds; undefined for what is no certificate. */
export function validUntil(pem: string): number | undefined {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    // No certificate, or one that was cut short: it is made anew.
    return undefined;
  }
}
