/** Whoever reads a longer line waits for its turn. */
export const longLineBytes = 8 * 1024 * 1024;

let last: Promise<void> = Promise.resolve();
let place = Buffer.alloc(0);

export type LongLineTurn = { place: Buffer; end: () => void };

/**
 * A line of tens of MB is in memory several times over (as it came, as text, as JSON, as a row): in one
 * process only one load at a time has such a line. Resolves when it is the caller's turn.
 * @returns a place of `bytes` for the line, which is the caller's until it ends the turn; ending it more
 *   than once does nothing
 */
export async function longLineTurn(bytes: number): Promise<LongLineTurn> {
  const before = last;
  let end = () => {};
  last = new Promise((resolve) => {
    end = resolve;
  });
  await before;
  // Of this memory only what has been written to counts.
  if (place.length < bytes) place = Buffer.allocUnsafeSlow(bytes);
  return { place, end };
}
