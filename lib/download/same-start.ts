import { open } from "node:fs/promises";

/** Are the first `bytes` bytes of both files there and the same? Compared piece by piece. */
export async function sameStart(one: string, other: string, bytes: number): Promise<boolean> {
  const files = await Promise.all([
    open(one, "r").catch(() => null),
    open(other, "r").catch(() => null),
  ]);
  try {
    const [a, b] = files;
    if (!a || !b) return false;
    const pieces = [Buffer.allocUnsafe(1 << 18), Buffer.allocUnsafe(1 << 18)] as const;
    for (let at = 0; at < bytes; ) {
      const wanted = Math.min(pieces[0].length, bytes - at);
      const [left, right] = await Promise.all([
        a.read(pieces[0], 0, wanted, at),
        b.read(pieces[1], 0, wanted, at),
      ]);
      const read = Math.min(left.bytesRead, right.bytesRead);
      if (read === 0) return false;
      if (pieces[0].compare(pieces[1], 0, read, 0, read) !== 0) return false;
      at += read;
    }
    return true;
  } finally {
    for (const file of files) await file?.close();
  }
}
