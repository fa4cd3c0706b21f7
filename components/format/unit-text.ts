const known: Record<string, string> = {
  Cel: "°C",
  "[degF]": "°F",
  "mm[Hg]": "mmHg",
  "[iU]/L": "IU/L",
  "[IU]/L": "IU/L",
};

const powers: Record<string, string> = { "2": "²", "3": "³", "6": "⁶", "9": "⁹", "12": "¹²" };

/**
 * A unit as people write it: servers often send the UCUM code where a word belongs ("Cel", "10*3/uL",
 * "{score}"). What it does not know stays as it is.
 */
export function unitText(unit: string): string {
  return (
    known[unit] ??
    unit
      .replace(/^\{([^{}]+)\}$/, "$1")
      .replace(/\b10[*^](2|3|6|9|12)\b/g, (_, power: string) => `10${powers[power]}`)
      .replace(/\bm([23])\b/g, (_, power: string) => `m${powers[power]}`)
      .replace(/(^|[/.\s])u(?=(?:L|g|mol|m|s|U|IU)\b)/g, "$1µ")
  );
}
