const anyReference =
  /"reference"\s*:\s*"(?:[^"]*\\?\/)?([A-Z][A-Za-z]+)\\?\/([A-Za-z0-9._-]{1,256})(?:\\?\/_history\\?\/[^"]*)?"/g;

/**
 * The resources that a text of FHIR JSON refers to by type and id.
 * @param types of these alone
 */
export function* referencesIn(
  text: string,
  types: ReadonlySet<string>,
): Generator<{ type: string; id: string }> {
  for (const [, type = "", id = ""] of text.matchAll(anyReference)) {
    if (types.has(type)) yield { type, id };
  }
}
