type Text = string | number | boolean | null | undefined;

const eastAsian = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]+$/u;

/**
 * A patient's name as it is written: in Chinese, Japanese and Korean the family name stands first, without
 * a space. "" where neither part is known.
 */
export function personName({
  given_name,
  family_name,
}: {
  given_name?: Text;
  family_name?: Text;
}): string {
  const [given, family] = [String(given_name ?? ""), String(family_name ?? "")];
  if (eastAsian.test(family) && (given === "" || eastAsian.test(given))) return `${family}${given}`;
  return [given, family].filter(Boolean).join(" ");
}
