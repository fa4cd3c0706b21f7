import pg from "pg";
import { expect, test } from "vitest";
import { failureOf } from "./failure-of";
import { nextTry } from "./next-try";

test.each(["40P01", "40001", "55P03"])(
  "another's work that is in the way (%s) is waited for, whichever step meets it",
  (code) => {
    const error = Object.assign(new pg.DatabaseError("in the way", 10, "error"), { code });
    const failure = failureOf(error, {});
    expect(failure.code).toBe("database-unavailable");
    const next = nextTry(failure, { attempts: 4, budget: 5, putOffMs: 0 });
    expect(next).toMatchObject({ counted: false });
  },
);
