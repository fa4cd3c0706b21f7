/** The ten-year bands of the pyramid, as they are asked for; the last where no age is known. */
export const ageBands = [
  ...Array.from({ length: 9 }, (_, decade) => `${decade * 10}-${decade * 10 + 9}`),
  "90+",
  "unknown",
];

export const sexes = ["female", "male", "other", "unknown"] as const;
export type Sex = (typeof sexes)[number];

/** What charts are drawn from. Nothing chosen of a kind: all of it. */
export type ChartFilter = {
  jobs: string[];
  connection: string | null;
  /** with a connection alone: ids of groups are their server's own */
  group: string | null;
  sex: Sex[];
  age: string[];
  /** months, YYYY-MM, both included */
  from: string | null;
  to: string | null;
};

const month = (value: string | null) =>
  value && /^(1[89]|2[01])\d\d-(0[1-9]|1[0-2])$/.test(value) ? value : null;

/** Lists are repeated (`job=a&job=b`) or joined by commas. */
const listed = (search: URLSearchParams, name: string) => [
  ...new Set(
    search
      .getAll(name)
      .flatMap((value) => value.split(","))
      .filter(Boolean),
  ),
];

/**
 * The filter that an address names; what it cannot mean is passed over.
 * @param set "b_" for the jobs, the connection and the group of the second of two sets
 */
export function chartFilter(search: URLSearchParams, set: "" | "b_" = ""): ChartFilter {
  const [from, to] = [month(search.get("from")), month(search.get("to"))];
  const chosen = listed(search, "sex");
  const bands = listed(search, "age");
  return {
    jobs: listed(search, `${set}job`),
    connection: search.get(`${set}connection`) || null,
    group: (search.get(`${set}connection`) && search.get(`${set}group`)) || null,
    sex: sexes.filter((sex) => chosen.includes(sex)),
    age: ageBands.filter((band) => bands.includes(band)),
    ...(from && to && from > to ? { from: to, to: from } : { from, to }),
  };
}

/** The filter as the query of `GET /api/charts/{chart}`, `GET /api/data/{type}` and the page Data. */
export function chartParams(filter: ChartFilter): URLSearchParams {
  const { jobs, connection, group, sex, age, from, to } = filter;
  return new URLSearchParams([
    ...jobs.map((job) => ["job", job]),
    ...sex.map((one) => ["sex", one]),
    ...age.map((band) => ["age", band]),
    ...Object.entries({ connection, group, from, to }).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    ),
  ]);
}
