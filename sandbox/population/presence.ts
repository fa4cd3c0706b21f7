import { day } from "./calendar";
import type { Life } from "./life";
import { scramble } from "./random";
import { type PatientType, resourceTypes } from "./resource-types";
import { countOf, updatedAt, writeResource } from "./write-resource";

/** A range of meta.lastUpdated (milliseconds, from ≤ t < to), seen at a moment of the server. */
export interface Window {
  from: number;
  to: number;
  /** The server's present: what is later is not there yet. */
  now?: number;
  /** Share of the resources that get deleted some time after their last change. */
  deletedShare?: number;
}

export const always: Window = { from: -Infinity, to: Infinity };

/** Whether the window leaves nothing out. */
export const isWhole = ({ from, to, now, deletedShare }: Window) =>
  from === -Infinity && to === Infinity && now === undefined && !deletedShare;

/** The lastUpdated of a Patient as it was before its last change. */
const firstVersion = Date.UTC(2019, 0, 1);

/** The moment (milliseconds) when a resource is deleted; Infinity for most, and for every Patient. */
export function deletedAt(person: Life, type: PatientType, n: number, share = 0): number {
  if (type === "Patient" || share === 0) return Infinity;
  const number = resourceTypes.indexOf(type) + 1;
  const draw = scramble(person.identity.key ^ Math.imul(number, 0x9e3779b9) ^ scramble(n + 1));
  if (draw / 2 ** 32 >= share) return Infinity;
  return updatedAt(person, type, n) + (1 + (scramble(draw) % 300)) * day;
}

/** Whether a patient's nth resource of a type is there and was last changed inside the window. */
export function isInside(person: Life, type: PatientType, n: number, window: Window): boolean {
  const { now = Infinity } = window;
  const last = updatedAt(person, type, n);
  if (last > now && type !== "Patient") return false;
  const deleted = deletedAt(person, type, n, window.deletedShare);
  if (deleted < Infinity && deleted <= now) return false;
  const updated = last > now ? firstVersion : last;
  return updated >= window.from && updated < window.to;
}

/** How many of a person's resources of a type are inside the window. */
export function countInside(person: Life, type: PatientType, window: Window): number {
  const all = countOf(person, type);
  if (isWhole(window)) return all;
  let inside = 0;
  for (let n = 0; n < all; n += 1) if (isInside(person, type, n, window)) inside += 1;
  return inside;
}

/** Whether a resource was deleted inside the window: what a manifest's `deleted` lists. */
export function isDeletedInside(
  person: Life,
  type: PatientType,
  n: number,
  window: Window,
): boolean {
  const at = deletedAt(person, type, n, window.deletedShare);
  return at <= (window.now ?? Infinity) && at >= window.from && at < window.to && at < Infinity;
}

/** The line of a resource as it is at the window's present. */
export function writeAt(person: Life, type: PatientType, n: number, window: Window): string {
  const line = writeResource(person, type, n);
  if (type !== "Patient" || person.updated <= (window.now ?? Infinity)) return line;
  return line.replace(
    /"versionId":"1","lastUpdated":"[^"]*"/,
    `"versionId":"0","lastUpdated":"${new Date(firstVersion).toISOString()}"`,
  );
}
