import { expect, test } from "vitest";
import { background, palette } from "./palette";

type Rgb = [number, number, number];

const linear = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

const contrast = (one: string, other: string) => {
  const [low, high] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => a - b);
  return ((high as number) + 0.05) / ((low as number) + 0.05);
};

/** Machado, Oliveira, Fernandes 2009, full severity. */
const sight: Record<string, [Rgb, Rgb, Rgb]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "without red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "without green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "without blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const seen = (hex: string, by: [Rgb, Rgb, Rgb]): Rgb => {
  const [r, g, b] = linear(hex);
  return by.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as Rgb;
};

/** Oklab: distances in it are alike to the eye; 0.02 is just to be seen. */
const lab = ([r, g, b]: Rgb): Rgb => {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

const apart = (one: Rgb, other: Rgb) =>
  Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);

for (const theme of ["light", "dark"] as const) {
  test(`every chart colour stands out from the ${theme} page`, () => {
    for (const color of palette[theme])
      expect([color, contrast(color, background[theme]) >= 3]).toEqual([color, true]);
  });

  for (const [name, matrix] of Object.entries(sight)) {
    test(`chart colours of the ${theme} theme differ in sight: ${name}`, () => {
      const colors = palette[theme];
      for (const [at, one] of colors.entries()) {
        for (const other of colors.slice(at + 1)) {
          const distance = apart(lab(seen(one, matrix)), lab(seen(other, matrix)));
          expect([one, other, distance > 0.06]).toEqual([one, other, true]);
        }
      }
    });
  }
}
