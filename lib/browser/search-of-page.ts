/** What Next hands a page of its address, as the address says it. */
export function searchOfPage(asked: Record<string, string | string[] | undefined>) {
  return new URLSearchParams(
    Object.entries(asked).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    ),
  );
}
