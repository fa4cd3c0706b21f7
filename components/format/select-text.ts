import type { SyntheticEvent } from "react";

/** For the field of a searchable select: what is chosen is marked, so that typing replaces it. */
export const selectText = ({ currentTarget }: SyntheticEvent<HTMLInputElement>): void =>
  currentTarget.select();
