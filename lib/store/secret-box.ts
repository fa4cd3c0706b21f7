import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AppError } from "@/lib/errors";
import { secrets } from "@/lib/settings/secrets";

const version = "v1";
const purpose = Buffer.from("bulkhouse secret v1");
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts a secret for the database: AES-256-GCM under the installation's key.
 * @returns "v1." and base64url of iv, tag, ciphertext; different each time
 */
export function seal(text: string, key: Buffer = secrets().encryptionKey): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(purpose);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const box = Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  return `${version}.${box.toString("base64url")}`;
}

/**
 * Decrypts what `seal` made.
 * @throws AppError secret-unreadable where it was sealed with another key or has been changed
 */
export function unseal(sealed: string, key: Buffer = secrets().encryptionKey): string {
  try {
    const [found, text, ...more] = sealed.split(".");
    if (found !== version || !text || more.length > 0) throw new Error("unknown format");
    const box = Buffer.from(text, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(purpose)
      .setAuthTag(box.subarray(ivBytes, ivBytes + tagBytes));
    const open = [decipher.update(box.subarray(ivBytes + tagBytes)), decipher.final()];
    return Buffer.concat(open).toString("utf8");
  } catch (cause) {
    throw new AppError("secret-unreadable", {}, { cause });
  }
}
