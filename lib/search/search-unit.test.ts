import { expect, test } from "vitest";
import { readUnit, type SearchUnit, searchUnit, unitUrl } from "./search-unit";
import { base, bundle, json, outcome, stubServer } from "./stub-server";

const unit = (fields: Partial<SearchUnit>): SearchUnit => ({
  type: "Observation",
  by: "patient",
  ids: ["a", "b"],
  since: null,
  until: null,
  filters: [],
  ...fields,
});

const observation = (id: string, patient: string, more = {}) => ({
  resourceType: "Observation",
  id,
  subject: { reference: `Patient/${patient}` },
  ...more,
});

type Stub = ReturnType<typeof stubServer>;

async function read(wanted: SearchUnit, { server, deps }: Pick<Stub, "server" | "deps">) {
  const { body, announced } = searchUnit(wanted, server, deps);
  const text = await new Response(body).text();
  const lines = text.split("\n").filter(Boolean);
  return { lines, ids: lines.map((line) => JSON.parse(line).id).sort(), announced: announced() };
}

test.each<Partial<SearchUnit>>([
  {},
  { by: "id", type: "Organization" },
  { by: "all", ids: [] },
  { since: "2026-01-01T00:00:00+02:00", until: "2026-02-01T00:00:00Z" },
  { ids: ["a,b", "c&_id=d", "e f", "ä", "%2C", "../g"] },
  { by: "id", type: "Practitioner", ids: ["1|2", "patient=3"], since: "2026-01-01T00:00:00Z" },
  { filters: ["category=laboratory,vital-signs&status=final", "code=http://loinc.org|1-2"] },
])("the address of a unit says all of it (%#)", (fields) => {
  expect(readUnit(unitUrl(unit(fields)))).toEqual(unit(fields));
});

test("each patient's pages are followed to the last, and the server's counts added up", async () => {
  const stub = stubServer((url) => {
    const patient = url.searchParams.get("patient") ?? "";
    const page = Number(url.searchParams.get("page") ?? 1);
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    return json(
      bundle([observation(`${patient}${page}`, patient)], {
        total: 3,
        link: page < 3 ? [{ relation: "next", url: next.href }] : [],
      }),
    );
  });
  const { ids, announced } = await read(unit({}), stub);
  expect(ids).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
  expect(announced).toBe(6);
});

test("a server that does not count announces nothing", async () => {
  const stub = stubServer((url) =>
    json(bundle([observation("1", url.searchParams.get("patient") ?? "")])),
  );
  expect((await read(unit({}), stub)).announced).toBeNull();
});

test("a relative next link is followed; one to another host is refused, for the token goes along", async () => {
  const to = (next: string) =>
    stubServer((url) =>
      json(
        bundle([observation("1", "a")], {
          link: url.searchParams.has("p") ? [] : [{ relation: "next", url: next }],
        }),
      ),
    );
  const ids = (await read(unit({ ids: ["a"] }), to("Observation?patient=a&p=2"))).ids;
  expect(ids).toEqual(["1", "1"]);
  await expect(
    read(unit({ ids: ["a"] }), to("https://evil.example/fhir?p=2")),
  ).rejects.toMatchObject({
    code: "search-invalid",
    params: { reason: "next_elsewhere" },
  });
});

test("pages that lead back to one another end in an error", async () => {
  const stub = stubServer((url) =>
    json(
      bundle([], {
        link: [
          { relation: "next", url: `${base}/x?p=${url.searchParams.get("p") === "1" ? 2 : 1}` },
        ],
      }),
    ),
  );
  await expect(read(unit({}), stub)).rejects.toMatchObject({
    code: "search-invalid",
    params: { reason: "endless" },
  });
});

test("resources of others are refused: the server passes over the parameter", async () => {
  const stub = stubServer(() => json(bundle([observation("1", "a"), observation("2", "z")])));
  await expect(read(unit({ ids: ["a"] }), stub)).rejects.toMatchObject({
    code: "search-ignored",
    params: { type: "Observation", parameter: "patient" },
  });
});

test("outcomes and included resources are no results", async () => {
  const entries = [
    { resource: observation("1", "a"), search: { mode: "match" } },
    { resource: { resourceType: "OperationOutcome" }, search: { mode: "outcome" } },
    { resource: { resourceType: "Practitioner", id: "p" }, search: { mode: "include" } },
  ];
  const stub = stubServer(() => json({ resourceType: "Bundle", entry: entries }));
  expect((await read(unit({ ids: ["a"] }), stub)).ids).toEqual(["1"]);
});

test("the lines are the server's own text", async () => {
  const own = '{"resourceType":"Observation","id":"1","subject":{"reference":"Patient/a"},"v":1.0}';
  const stub = stubServer(() => json(`{"resourceType":"Bundle","entry":[{"resource":${own}}]}`));
  expect((await read(unit({ ids: ["a"] }), stub)).lines).toEqual([own]);
});

test("a Patient is read; one that was deleted is nobody's loss, one that is missing is announced", async () => {
  const answers: Record<string, Response> = {
    a: json({ resourceType: "Patient", id: "a" }),
    b: outcome(410, "Deleted"),
    c: outcome(404, "Not known"),
  };
  const stub = stubServer(
    (url) => answers[url.pathname.split("/").at(-1) ?? ""] ?? outcome(500, ""),
  );
  const found = await read(unit({ type: "Patient", ids: ["a", "b", "c"] }), stub);
  expect(found).toMatchObject({ ids: ["a"], announced: 2 });
});

test("where the server wants a category each code is asked for, once learned without asking in vain", async () => {
  const stub = stubServer((url) => {
    const category = url.searchParams.get("category");
    const patient = url.searchParams.get("patient") ?? "";
    if (!category) return outcome(400, "Must have either code or category with patient");
    if (category === "sdoh") return outcome(400, `Unknown category ${category}`);
    const one = category === "laboratory" || category === "vital-signs";
    const found = one ? [observation(`${patient}-${category}`, patient)] : [];
    return json(bundle(found, { total: found.length }));
  });
  const wanted = unit({ ids: ["a", "b", "c", "d", "e"] });
  const { ids, announced } = await read(wanted, stub);
  expect(announced).toBeNull();
  expect(ids).toEqual(
    ["a", "b", "c", "d", "e"].flatMap((id) => [`${id}-laboratory`, `${id}-vital-signs`]),
  );
  const without = stub.asked.filter((url) => !url.searchParams.has("category")).length;
  expect(without).toBeLessThanOrEqual(4);
});

test("a later page of a demanded code that is refused fails the unit: its rest would be missing", async () => {
  const stub = stubServer((url) => {
    if (url.searchParams.has("page")) return outcome(400, "The search has expired");
    const category = url.searchParams.get("category");
    if (!category) return outcome(400, "Must have either code or category with patient");
    const link = [{ relation: "next", url: `${base}/Observation?page=2` }];
    return json(
      bundle([observation(`a-${category}`, "a")], category === "laboratory" ? { link } : {}),
    );
  });
  await expect(read(unit({ ids: ["a"] }), stub)).rejects.toMatchObject({
    code: "search-refused",
    params: { reason: "The search has expired" },
  });
});

test("a refusal that speaks of nothing we could add is the unit's", async () => {
  const stub = stubServer(() => outcome(400, "No such type"));
  await expect(read(unit({}), stub)).rejects.toMatchObject({
    code: "search-refused",
    params: { status: 400, reason: "No such type" },
  });
});

test("codes that are all refused are a refusal", async () => {
  const stub = stubServer(() => outcome(400, "category is required"));
  await expect(read(unit({}), stub)).rejects.toMatchObject({ code: "search-refused" });
});

const at = (lastUpdated: string) => ({ meta: { lastUpdated } });
const dated = [
  observation("before", "a", at("2026-01-01T00:00:00Z")),
  observation("inside", "a", at("2026-01-02T00:00:00+08:00")),
  observation("after", "a", at("2026-03-01T00:00:00Z")),
  observation("undated", "a"),
];
const window = { ids: ["a"], since: "2026-01-01T00:00:00Z", until: "2026-03-01T00:00:00Z" };

test("the time of the export goes along, its edges excluded as in a bulk export", async () => {
  const stub = stubServer(() => json(bundle(dated, { total: 4 })));
  const { ids, announced } = await read(unit(window), stub);
  expect(ids).toEqual(["inside", "undated"]);
  expect(announced).toBe(2);
  expect(stub.asked[0]?.searchParams.getAll("_lastUpdated")).toEqual([
    "ge2026-01-01T00:00:00Z",
    "le2026-03-01T00:00:00Z",
  ]);
});

test("a server that does not know _lastUpdated has its dates compared here", async () => {
  const stub = stubServer((url) =>
    url.searchParams.has("_lastUpdated")
      ? outcome(400, "Unknown search parameter _lastUpdated")
      : json(bundle(dated)),
  );
  expect((await read(unit(window), stub)).ids).toEqual(["inside", "undated"]);
});

test("each _typeFilter is a search of its own", async () => {
  const stub = stubServer((url) => {
    const code = url.searchParams.get("code");
    return json(bundle([observation(code ?? "all", "a")]));
  });
  const { ids } = await read(
    unit({ ids: ["a"], filters: ["code=1", "code=2&status=final"] }),
    stub,
  );
  expect(ids).toEqual(["1", "2"]);
  expect(stub.asked[1]?.searchParams.get("status")).toBe("final");
});

test("429 makes everybody wait as asked, and nothing is lost", async () => {
  let refusals = 3;
  const stub = stubServer((url) => {
    if (refusals-- > 0) return outcome(429, "Slow down", { "Retry-After": "7" });
    return json(
      bundle([
        observation(url.searchParams.get("patient") ?? "", url.searchParams.get("patient") ?? ""),
      ]),
    );
  });
  const { ids } = await read(unit({ ids: ["a", "b", "c", "d"] }), stub);
  expect(ids).toEqual(["a", "b", "c", "d"]);
  expect(stub.slept.every((ms) => ms >= 7_000)).toBe(true);
  expect(stub.slept.length).toBeGreaterThan(0);
  expect(stub.server.pace.limit).toBeLessThan(4);
});

test.each([429, 503])(
  "%i with an hour to wait gives the unit back at once: nobody waits so long within a step",
  async (status) => {
    const stub = stubServer(() => outcome(status, "Closed", { "Retry-After": "3600" }));
    const reading = read(unit({ ids: ["a", "b"] }), stub);
    await expect(reading).rejects.toMatchObject({ retryAt: new Date(3_600_000) });
    expect(Math.max(0, ...stub.slept)).toBeLessThanOrEqual(300_000);
  },
);

test("an accident is tried again; one that stays is the unit's error, and may pass later", async () => {
  let accidents = 2;
  const once = stubServer(() =>
    accidents-- > 0 ? outcome(503, "Busy") : json(bundle([observation("1", "a")])),
  );
  expect((await read(unit({ ids: ["a"] }), once)).ids).toEqual(["1"]);
  const always = stubServer(() => outcome(503, "Busy"));
  await expect(read(unit({ ids: ["a"] }), always)).rejects.toMatchObject({
    code: "server-error",
    retryable: true,
  });
});

test("a refused token is renewed once, in the middle of a unit", async () => {
  const tokens: (string | undefined)[] = [];
  let current = "old";
  const stub = stubServer((_url, init) => {
    const sent = (init.headers as Record<string, string>).authorization;
    tokens.push(sent);
    if (sent === "Bearer old") return outcome(401, "Token expired");
    return json(bundle([observation("1", "a")]));
  });
  const authorize = async (options?: { fresh?: boolean }) => {
    if (options?.fresh) current = "new";
    return current;
  };
  const server = { ...stub.server, authorize };
  expect((await read(unit({ ids: ["a"] }), { ...stub, server })).ids).toEqual(["1"]);
  expect(tokens).toEqual(["Bearer old", "Bearer new"]);
});

test("a server that refuses every token is a refusal, not a loop", async () => {
  const stub = stubServer(() => outcome(401, "No"));
  const server = { ...stub.server, authorize: async () => "any" };
  await expect(read(unit({ ids: ["a"] }), { ...stub, server })).rejects.toMatchObject({
    code: "access-refused",
  });
  expect(stub.asked).toHaveLength(2);
});

test("a server that takes searches by POST alone gets them so, next pages too", async () => {
  const stub = stubServer((url, init) => {
    if (init.method !== "POST") return outcome(405, "Search by POST");
    const form = new URLSearchParams(String(init.body));
    const next = `${base}/Observation?patient=${form.get("patient")}&page=2`;
    return url.pathname.endsWith("/Observation/_search")
      ? json(
          bundle([observation(form.get("page") ?? "1", form.get("patient") ?? "")], {
            link: form.has("page") ? [] : [{ relation: "next", url: next }],
          }),
        )
      : outcome(404, "Nothing here");
  });
  expect((await read(unit({ ids: ["a"] }), stub)).ids).toEqual(["1", "2"]);
  expect(stub.asked).toHaveLength(3);
});

test("a web page is no Bundle", async () => {
  const stub = stubServer(
    () => new Response("<html>Sign in</html>", { headers: { "Content-Type": "text/html" } }),
  );
  await expect(read(unit({}), stub)).rejects.toMatchObject({ code: "not-fhir" });
});

test("who stops reading stops the searches", async () => {
  let pages = 0;
  const stub = stubServer((url) => {
    pages += 1;
    const next = new URL(url);
    next.searchParams.set("page", String(pages));
    return json(bundle([observation("1", "a")], { link: [{ relation: "next", url: next.href }] }));
  });
  const { body } = searchUnit(unit({ ids: ["a"] }), stub.server, stub.deps);
  const reader = body.getReader();
  await reader.read();
  await reader.cancel(new Error("enough"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const then = pages;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pages).toBe(then);
});
