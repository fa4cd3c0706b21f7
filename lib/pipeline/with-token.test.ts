import { expect, test, vi } from "vitest";
import { AppError } from "@/lib/errors";
import { withToken } from "./with-token";

const refused = (status: number) =>
  new AppError("access-refused", { host: "bulk.example.org", status, reason: "no" });

test("a token that the server does not take any more is replaced once", async () => {
  const authorize = vi.fn(async (options?: { fresh?: boolean }) =>
    options?.fresh ? "new" : "old",
  );
  const request = vi.fn(async (token: string | null) => {
    if (token === "old") throw refused(401);
    return "answer";
  });
  expect(await withToken(authorize, request)).toBe("answer");
  expect(request.mock.calls).toEqual([["old"], ["new"]]);
});

test("a fresh token that is refused as well is an error", async () => {
  const request = vi.fn(async () => {
    throw refused(401);
  });
  await expect(withToken(async () => "token", request)).rejects.toMatchObject({
    code: "access-refused",
  });
  expect(request).toHaveBeenCalledTimes(2);
});

test("no second try without a token, nor for a refusal that is not about the token", async () => {
  for (const [token, error] of [
    [null, refused(401)],
    ["token", refused(403)],
  ] as const) {
    const request = vi.fn(async () => {
      throw error;
    });
    await expect(withToken(async () => token, request)).rejects.toBe(error);
    expect(request).toHaveBeenCalledTimes(1);
  }
});

test("a host that must not get the token, and asks for one, is named", async () => {
  const authorize = vi.fn(async (options?: { fresh?: boolean }) => {
    if (options?.fresh) throw new AppError("token-host", { host: "a", server: "b" });
    return null;
  });
  const request = vi.fn(async () => {
    throw refused(401);
  });
  await expect(withToken(authorize, request)).rejects.toMatchObject({ code: "token-host" });
  expect(request.mock.calls).toEqual([[null]]);
});
