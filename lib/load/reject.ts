import type { Line } from "./read-lines";

/** Why a line did not become a row: a closed list, also on screen. */
export type ReasonCode =
  | "not-json"
  | "not-an-object"
  | "wrong-type"
  | "no-id"
  | "not-a-deletion"
  | "too-long"
  | "not-storable";

export type Reject = {
  line: Line;
  reasonCode: ReasonCode;
  /** English, one sentence; may quote the line's type, never its content */
  reason: string;
};
