import { expect, test } from "vitest";
import { Pace } from "./pace";

/** A clock that moves only when somebody sleeps. */
function clockwork(first?: number) {
  let clock = 0;
  const slept: number[] = [];
  const pace = new Pace({
    first,
    now: () => clock,
    sleep: async (ms) => {
      slept.push(ms);
      clock += ms;
    },
  });
  return { pace, slept };
}

test("no more requests run at a time than allowed", async () => {
  const { pace } = clockwork(3);
  let running = 0;
  let most = 0;
  const one = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => pace.run(one)));
  expect(most).toBe(3);
});

test("a complaint halves the number and holds everybody until the time that the server named", async () => {
  const { pace, slept } = clockwork(4);
  pace.slower(new Date(5_000));
  pace.slower(new Date(5_000));
  expect(pace.limit).toBe(2);
  await pace.run(async () => {});
  expect(slept).toEqual([5_000]);
});

test("after a stretch without complaint one more is allowed, up to the most", async () => {
  const { pace } = clockwork(1);
  for (let i = 0; i < 10; i += 1) await pace.run(async () => {});
  expect(pace.limit).toBe(2);
  for (let i = 0; i < 2_000; i += 1) await pace.run(async () => {});
  expect(pace.limit).toBe(8);
});

test("who waits for a turn hears the signal, and the turn goes to the next one", async () => {
  const { pace } = clockwork(1);
  let free = () => {};
  const held = pace.run(() => new Promise<void>((resolve) => (free = resolve)));
  const gone = new AbortController();
  const aborted = pace.run(async () => "never", gone.signal);
  const next = pace.run(async () => "next");
  await new Promise((resolve) => setImmediate(resolve));
  gone.abort(new Error("gone"));
  free();
  await held;
  await expect(aborted).rejects.toThrow("gone");
  await expect(next).resolves.toBe("next");
});

test("who leaves while the server asks for patience leaves nobody behind in the queue", async () => {
  const pace = new Pace({ first: 1 });
  const stop = new AbortController();
  let refuse = () => {};
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  const first = pace.run(async () => {
    await refused;
    pace.slower(new Date(Date.now() + 600_000));
  });
  const others = [1, 2, 3].map(() => pace.run(async () => "done", stop.signal));
  const ends = Promise.allSettled(others);
  refuse();
  await first;
  stop.abort();
  expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
});
