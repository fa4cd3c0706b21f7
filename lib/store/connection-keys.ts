import { randomUUID } from "node:crypto";
import type { PublishedKey } from "@/lib/contract/connection";
import { AppError } from "@/lib/errors";
import type { Prisma } from "@/prisma/generated/client";
import { database } from "./client";
import type { ConnectionKey } from "./connections";
import { seal } from "./secret-box";

/** A key pair that Bulkhouse made. */
export type MadeKey = ConnectionKey & { publicJwk: Record<string, unknown> };
/** The one that signs and the one that will: published together from the first day. */
export type MadeKeys = { current: MadeKey; next: MadeKey };

/** Servers may keep the key set for that long (the answer's Cache-Control), some a little longer. */
export const keySetMaxAgeSeconds = 300;
const publishedBeforeUseMs = 2 * keySetMaxAgeSeconds * 1_000;
/** Nothing that an old key signed is under way after that: an assertion lives five minutes. */
const oldKeptMs = 3_600_000;

/** Stores the first two pairs of a connection; the current one's private key lies in its own columns. */
export async function storeMadeKeys(
  transaction: Prisma.TransactionClient,
  connectionId: string,
  { current, next }: MadeKeys,
): Promise<void> {
  await transaction.connectionKey.createMany({
    data: [
      { ...rowOf(connectionId, current), state: "current" },
      { ...rowOf(connectionId, next), state: "next", privateKeyEncrypted: seal(next.privateJwk) },
    ],
  });
}

const rowOf = (connectionId: string, key: MadeKey) => ({
  id: randomUUID(),
  connectionId,
  algorithm: key.algorithm,
  keyId: key.keyId,
  publicJwk: key.publicJwk as Prisma.InputJsonObject,
});

/**
 * Every public key of this installation, without duplicates: current and next of all connections, and
 * old ones of the last hour (SMART App Launch 2.2, client-confidential-asymmetric: JWKS).
 */
export async function publishedKeySet(): Promise<{ keys: unknown[] }> {
  const rows = await database().prisma.connectionKey.findMany({
    where: { OR: [{ state: { not: "old" } }, { retiredAt: { gt: oldLimit() } }] },
    orderBy: { publishedAt: "asc" },
    select: { publicJwk: true },
  });
  return { keys: rows.map((row) => row.publicJwk) };
}

const oldLimit = () => new Date(Date.now() - oldKeptMs);

/**
 * The next key becomes the one that signs, the present one stays published for another hour, and
 * `fresh` is published as the next.
 * @throws AppError not-found; invalid-request where the connection's key was given, not made here;
 *   key-too-new where servers may not have read the next key yet
 */
export async function rotateKey(connectionId: string, fresh: MadeKey): Promise<void> {
  await database().prisma.$transaction(async (transaction) => {
    const { count } = await transaction.connection.updateMany({
      where: { id: connectionId },
      // Locks the row: of two who rotate at the same time the second finds a key that is too new.
      data: { updatedAt: new Date() },
    });
    if (count === 0) throw new AppError("not-found", { what: "connection" });
    const next = await transaction.connectionKey.findFirst({
      where: { connectionId, state: "next" },
    });
    if (!next?.privateKeyEncrypted) {
      throw new AppError("invalid-request", {
        reason: "this connection's key was not made by Bulkhouse: give a new one instead",
      });
    }
    const usableAt = next.publishedAt.getTime() + publishedBeforeUseMs;
    const minutes = Math.ceil((usableAt - Date.now()) / 60_000);
    if (minutes > 0) throw new AppError("key-too-new", { minutes });
    await transaction.connectionKey.deleteMany({
      where: { connectionId, state: "old", retiredAt: { lte: oldLimit() } },
    });
    await transaction.connectionKey.updateMany({
      where: { connectionId, state: "current" },
      data: { state: "old", retiredAt: new Date() },
    });
    await transaction.connectionKey.update({
      where: { id: next.id },
      data: { state: "current", privateKeyEncrypted: null },
    });
    await transaction.connectionKey.create({
      data: {
        ...rowOf(connectionId, fresh),
        state: "next",
        privateKeyEncrypted: seal(fresh.privateJwk),
      },
    });
    await transaction.connection.update({
      where: { id: connectionId },
      data: {
        privateKeyEncrypted: next.privateKeyEncrypted,
        keyId: next.keyId,
        // kid of a key made here is its thumbprint.
        keyThumbprint: next.keyId,
        algorithm: next.algorithm,
        keyKind: fresh.algorithm === next.algorithm ? fresh.kind : null,
      },
      select: { id: true },
    });
  });
}

/** As the contract has them, oldest first; old ones only while they are still published. */
export function publishedKeysOf(
  rows: {
    keyId: string;
    algorithm: string;
    state: PublishedKey["state"];
    publishedAt: Date;
    retiredAt: Date | null;
  }[],
): PublishedKey[] {
  return rows
    .filter((row) => row.state !== "old" || (row.retiredAt ?? oldLimit()) > oldLimit())
    .map((row) => ({
      key_id: row.keyId,
      algorithm: row.algorithm === "ES384" ? "ES384" : "RS384",
      state: row.state,
      published_at: row.publishedAt.toISOString(),
      usable_at:
        row.state === "next"
          ? new Date(row.publishedAt.getTime() + publishedBeforeUseMs).toISOString()
          : null,
    }));
}
