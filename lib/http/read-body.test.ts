import { expect, test } from "vitest";
import { readBody } from "./read-body";

const limit = 64 * 1024;

/** A request whose body has no end, and how much of it was taken. */
function endless(headers: Record<string, string> = {}) {
  const taken = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += 16 * 1024;
      controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  const init = { method: "POST", body, headers, duplex: "half" };
  return { request: new Request("http://here.example/", init as RequestInit), taken };
}

test("a body without end is left as soon as it is too large", async () => {
  const { request, taken } = endless();
  await expect(readBody(request, limit)).rejects.toMatchObject({
    code: "config-too-large",
    params: { limit: "64 KB" },
  });
  expect(taken.cancelled).toBe(true);
  expect(taken.bytes).toBeLessThan(2 * limit);
});

test("a body that announces too much is not read", async () => {
  const { request } = endless({ "content-length": String(limit + 1) });
  await expect(readBody(request, limit)).rejects.toMatchObject({ status: 413 });
  expect(request.bodyUsed).toBe(false);
});

test("what fits comes whole, also letters that lie across two pieces", async () => {
  const bytes = new TextEncoder().encode("患者");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const init = { method: "POST", body, duplex: "half" } as RequestInit;
  expect(await readBody(new Request("http://here.example/", init), limit)).toBe("患者");
  expect(await readBody(new Request("http://here.example/", { method: "POST" }), limit)).toBe("");
});
